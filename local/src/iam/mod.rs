//! Who may do what: the policies that the template gives its functions.
//!
//! The local endpoints know a function by its access key id, which is its name, and refuse what
//! AWS would refuse. Any other key, a developer's own in the AWS CLI, may do everything; with the
//! real Twilio, whose credentials and callers' data are here then, only key `local` with the
//! secret that the stack draws at its start. Event sources read queues and streams without asking:
//! the template is refused when a function's role does not let them.
//!
//! <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html>

pub(crate) mod dynamodb;
pub(crate) mod pattern;
pub(crate) mod s3;
pub(crate) mod services;
pub(crate) mod signature;

use std::{collections::BTreeMap, fmt, sync::Arc};

use axum::http::{HeaderMap, header::AUTHORIZATION};
use percent_encoding::percent_decode_str;

use uuid::Uuid;

use crate::{
    SECRET_ACCESS_KEY,
    logs::Logs,
    template::{ACCOUNT_ID, Function, REGION, STACK_NAME, Statement},
};
use pattern::matches;
use signature::Received;

/// Who has which keys, and what they may do with them.
pub(crate) struct Access {
    keys: AccessKeys,
    /// By access key id, the name of a function's binary.
    roles: BTreeMap<String, Role>,
    logs: Arc<Logs>,
}

/// The keys that requests are signed with.
#[derive(Clone)]
pub struct AccessKeys {
    secret: String,
    /// Nobody here knows the secret of a key that is no function's and not `local`.
    is_any_taken: bool,
}

/// Why a request is turned away where not any key is taken.
pub(crate) const ONE_KEY: &str = "this stack takes only the key that it printed at its start";
/// The access key id of the developer.
pub(crate) const DEVELOPER: &str = "local";

impl AccessKeys {
    /// Any key, because there is nothing that a stranger could want; the functions and the
    /// developer have this known secret.
    pub(crate) fn any() -> Self {
        Self { secret: SECRET_ACCESS_KEY.to_owned(), is_any_taken: true }
    }

    /// The functions' and the developer's alone, with a secret that nobody can guess.
    pub(crate) fn drawn() -> Self {
        let secret = format!("{}{}", Uuid::new_v4().simple(), Uuid::new_v4().simple());
        Self { secret, is_any_taken: false }
    }

    /// The secret that goes with every access key of the stack.
    pub(crate) fn secret(&self) -> &str {
        &self.secret
    }
}

/// A function's execution role: its own, or the one that SAM makes from its `Policies`.
struct Role {
    function: String,
    name: String,
    statements: Vec<Statement>,
}

/// An action on a resource, which a request asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Need {
    /// `dynamodb:GetItem`.
    pub(crate) action: String,
    /// An ARN, or `*` for what is about no resource.
    pub(crate) resource: String,
}

/// What a function's policies do not allow.
#[derive(Debug)]
pub(crate) struct Denied {
    user: String,
    need: Need,
}

impl fmt::Display for Denied {
    /// AWS's own words.
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { user, need: Need { action, resource } } = self;
        write!(
            out,
            "User: {user} is not authorized to perform: {action} on resource: {resource} because \
             no identity-based policy allows the {action} action"
        )
    }
}

impl Access {
    pub(crate) fn new(functions: &[Function], keys: AccessKeys, logs: Arc<Logs>) -> Self {
        let roles = functions.iter().map(|function| {
            let role = Role {
                function: function.logical_id.clone(),
                name: function.name.clone(),
                statements: function.policies.iter().map(without_capitals).collect(),
            };
            (function.binary.clone(), role)
        });
        Self { keys, roles: roles.collect(), logs }
    }

    /// Whether an access key is a function's.
    pub(crate) fn has(&self, access_key: &str) -> bool {
        self.roles.contains_key(access_key)
    }

    /// Whether the secret of an access key is known here.
    pub(crate) fn knows(&self, access_key: &str) -> bool {
        access_key == DEVELOPER || self.has(access_key)
    }

    /// The secret that goes with every access key that is known here.
    pub(crate) fn secret(&self) -> &str {
        self.keys.secret()
    }

    /// Whether requests are let in whatever key they are signed with.
    pub(crate) fn takes_any_key(&self) -> bool {
        self.keys.is_any_taken
    }

    /// Whether a request is let in at all, signed with this key as it is.
    pub(crate) fn admits(&self, access_key: &str, request: &Received<'_>) -> bool {
        self.takes_any_key() || (self.knows(access_key) && request.is_signed_with(self.secret()))
    }

    /// Whether the holder of an access key may have everything that a request needs, which is
    /// found out only for a function.
    ///
    /// # Errors
    /// The first need that no statement allows. It is among the functions' log lines as well.
    pub(crate) fn check(
        &self,
        access_key: &str,
        needs: impl FnOnce() -> Vec<Need>,
    ) -> Result<(), Denied> {
        let Some(role) = self.roles.get(access_key) else { return Ok(()) };
        let Some(need) = needs().into_iter().find(|need| !role.allows(need)) else {
            return Ok(());
        };
        let Need { action, resource } = &need;
        let line = format!(
            "Policies of {} in the template do not allow {action} on {resource}",
            role.function
        );
        self.logs.line(access_key, &line);
        Err(Denied { user: role.user(), need })
    }
}

impl Role {
    fn allows(&self, need: &Need) -> bool {
        let action = need.action.to_ascii_lowercase();
        self.statements.iter().any(|statement| {
            statement.actions.iter().any(|pattern| matches(pattern, &action))
                && statement.resources.iter().any(|pattern| matches(pattern, &need.resource))
        })
    }

    /// What the function is to AWS when it asks.
    fn user(&self) -> String {
        let Self { function, name, statements: _ } = self;
        format!("arn:aws:sts::{ACCOUNT_ID}:assumed-role/{STACK_NAME}-{function}Role/{name}")
    }
}

/// Actions are the same in capitals; resources are not.
fn without_capitals(statement: &Statement) -> Statement {
    let actions = statement.actions.iter().map(|action| action.to_ascii_lowercase()).collect();
    Statement { actions, resources: statement.resources.clone() }
}

impl Need {
    fn new(action: impl Into<String>, resource: impl Into<String>) -> Self {
        Self { action: action.into(), resource: resource.into() }
    }
}

/// The ARN of a resource of this account.
fn arn(service: &str, resource: &str) -> String {
    format!("arn:aws:{service}:{REGION}:{ACCOUNT_ID}:{resource}")
}

/// The access key id of a request, signed in its header or, as a presigned link is, in its query.
///
/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-signing-elements.html>
pub(crate) fn access_key<'a>(authorization: Option<&'a str>, query: &'a str) -> Option<&'a str> {
    let in_header = authorization.and_then(|header| Some(header.split_once("Credential=")?.1));
    let in_query = || query.split('&').find_map(|pair| pair.strip_prefix("X-Amz-Credential="));
    in_header.or_else(in_query)?.split(['/', '%']).next()
}

/// A request's `Authorization`.
pub(crate) fn authorization(headers: &HeaderMap) -> Option<&str> {
    headers.get(AUTHORIZATION)?.to_str().ok()
}

/// A path or header as text, without percent-encoding.
fn decoded(text: &str) -> String {
    percent_decode_str(text).decode_utf8_lossy().into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn role(actions: &[&str], resources: &[&str]) -> Role {
        let owned = |texts: &[&str]| texts.iter().map(|text| (*text).to_owned()).collect();
        let statement = Statement { actions: owned(actions), resources: owned(resources) };
        let (function, name) = ("IvrEntry".to_owned(), "switchboard-ivr-entry".to_owned());
        Role { function, name, statements: vec![without_capitals(&statement)] }
    }

    #[test]
    fn a_statement_allows_its_actions_on_its_resources() {
        let table = "arn:aws:dynamodb:us-east-1:000000000000:table/calls";
        let cases = [
            ("dynamodb:GetItem", table, "dynamodb:GetItem", table, true),
            ("DynamoDB:getitem", table, "dynamodb:GetItem", table, true),
            ("dynamodb:Get*", table, "dynamodb:GetItem", table, true),
            ("dynamodb:GetItem", table, "dynamodb:PutItem", table, false),
            ("dynamodb:GetItem", table, "dynamodb:GetItem", "arn:aws:Table", false),
            ("s3:*", "*", "dynamodb:GetItem", table, false),
            ("*", "*", "dynamodb:ListTables", "*", true),
            ("dynamodb:*", table, "dynamodb:ListTables", "*", false),
        ];
        for (actions, resources, action, resource, expected) in cases {
            let allowed = role(&[actions], &[resources]).allows(&Need::new(action, resource));
            assert_eq!(allowed, expected, "{actions} {resources}: {action} {resource}");
        }
    }

    #[test]
    fn a_refusal_is_in_awss_words() {
        let user = role(&[], &[]).user();
        let denied = Denied { user, need: Need::new("sqs:SendMessage", arn("sqs", "jobs")) };
        insta::assert_snapshot!(denied, @"User: arn:aws:sts::000000000000:assumed-role/switchboard-IvrEntryRole/switchboard-ivr-entry is not authorized to perform: sqs:SendMessage on resource: arn:aws:sqs:us-east-1:000000000000:jobs because no identity-based policy allows the sqs:SendMessage action");
    }

    #[test]
    fn the_access_key_is_in_the_header_or_in_the_query() {
        let signed = "AWS4-HMAC-SHA256 Credential=ivr-entry/20260101/us-east-1/sqs/aws4_request, \
                      SignedHeaders=host, Signature=0";
        let presigned = "X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=link%2F20260101%2Fus";
        let cases = [
            (Some(signed), "", Some("ivr-entry")),
            (Some(signed), presigned, Some("ivr-entry")),
            (None, presigned, Some("link")),
            (Some("Bearer x"), "a=b", None),
        ];
        for (header, query, expected) in cases {
            assert_eq!(access_key(header, query), expected, "{header:?} {query}");
        }
    }
}
