//! The Cognito user pool: what the local issuer knows of clients, scopes and groups.
//!
//! <https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/AWS_Cognito.html>

use std::{collections::BTreeSet, time::Duration};

use anyhow::{Result, bail};
use uuid::Uuid;

use super::{account::USER_POOL_ID, fields::Fields};

/// Scopes that every user pool has.
const STANDARD_SCOPES: &[&str] =
    &["openid", "email", "phone", "profile", "aws.cognito.signin.user.admin"];

/// `AWS::Cognito::UserPool` with its clients, groups and resource servers.
#[derive(Debug, Clone, Default)]
pub struct UserPool {
    /// People sign in with their e-mail address, and their username is their `sub`, as Cognito has
    /// it with `UsernameAttributes: [email]`. Otherwise the username is what they were created with.
    pub email_is_alias: bool,
    /// The applications.
    pub clients: Vec<Client>,
    /// Names of the groups.
    pub groups: BTreeSet<String>,
    /// Scopes of the resource servers: `switchboard/read`.
    pub scopes: BTreeSet<String>,
    /// Whether the pool itself is declared.
    declared: bool,
}

/// `AWS::Cognito::UserPoolClient`.
#[derive(Debug, Clone)]
pub struct Client {
    /// Its id, which locally is its name.
    pub id: String,
    /// Its secret, which locally is its name too.
    pub secret: Option<String>,
    /// People sign in with it: the authorization code flow.
    pub signs_in_people: bool,
    /// It gets tokens of its own: the client credentials flow.
    pub is_program: bool,
    /// The scopes that it may ask for.
    pub scopes: Vec<String>,
    /// Where it may have people sent after signing in.
    pub callbacks: Vec<String>,
    /// Where it may have people sent after signing out.
    pub logouts: Vec<String>,
    /// How long an access token is good for.
    pub access_token: Duration,
    /// How long an ID token is good for.
    pub id_token: Duration,
    /// How long a refresh token is good for.
    pub refresh_token: Duration,
    /// A refresh token is replaced when it is used, and stays good for this long.
    pub rotation: Option<Duration>,
    /// A refresh token can be revoked.
    pub revokes: bool,
}

impl UserPool {
    /// Adds a resource to the pool; false if it is of another kind.
    ///
    /// # Errors
    /// A property is wrong, or not known to the local stack.
    pub(super) fn add(&mut self, kind: &str, name: &str, fields: &mut Fields) -> Result<bool> {
        match kind {
            "AWS::Cognito::UserPool" => self.pool(fields)?,
            "AWS::Cognito::UserPoolClient" => {
                of_this_pool(fields)?;
                let client = client(name, fields)?;
                self.clients.push(client);
            }
            "AWS::Cognito::UserPoolGroup" => {
                of_this_pool(fields)?;
                fields.no_local_meaning(&["Description", "GroupName", "Precedence", "RoleArn"]);
                self.groups.insert(name.to_owned());
            }
            "AWS::Cognito::UserPoolResourceServer" => {
                of_this_pool(fields)?;
                fields.no_local_meaning(&["Identifier", "Name"]);
                for mut scope in fields.list("Scopes")? {
                    let scope_name = scope.required_string("ScopeName")?;
                    scope.no_local_meaning(&["ScopeDescription"]);
                    scope.finish()?;
                    self.scopes.insert(format!("{name}/{scope_name}"));
                }
            }
            _ => return Ok(false),
        }
        Ok(true)
    }

    fn pool(&mut self, fields: &mut Fields) -> Result<()> {
        if self.declared {
            bail!("{}: the local stack has one user pool only", fields.place());
        }
        self.declared = true;
        let aliases = fields.strings("UsernameAttributes")?.unwrap_or_default();
        if let Some(other) = aliases.iter().find(|alias| *alias != "email") {
            bail!("{}.UsernameAttributes: {other} is not known to the local stack", fields.place());
        }
        self.email_is_alias = !aliases.is_empty();
        // How people prove who they are, which nobody has to here.
        fields.no_local_meaning(&[
            "AccountRecoverySetting",
            "AdminCreateUserConfig",
            "AutoVerifiedAttributes",
            "DeletionProtection",
            "DeviceConfiguration",
            "EmailConfiguration",
            "EmailVerificationMessage",
            "EmailVerificationSubject",
            "EnabledMfas",
            "MfaConfiguration",
            "Policies",
            "Schema",
            "UserAttributeUpdateSettings",
            "UserPoolAddOns",
            "UserPoolName",
            "UserPoolTags",
            "UserPoolTier",
            "UsernameConfiguration",
            "VerificationMessageTemplate",
            "WebAuthnRelyingPartyID",
            "WebAuthnUserVerification",
        ]);
        Ok(())
    }

    /// For a stack that the internet reaches: nobody signs in by choosing who to be, and a
    /// program's secret is not its name.
    pub(crate) fn close_to_strangers(&mut self) {
        for client in &mut self.clients {
            client.signs_in_people = false;
            if let Some(secret) = &mut client.secret {
                *secret = Uuid::new_v4().simple().to_string();
            }
        }
    }

    /// The secret of the first program.
    pub(crate) fn program_secret(&self) -> Option<String> {
        self.clients.iter().find(|client| client.is_program)?.secret.clone()
    }

    /// The pool, if the template has one.
    ///
    /// # Errors
    /// A client has a scope that nothing declares, or there is a client without a pool.
    pub(super) fn checked(self) -> Result<Option<Self>> {
        if !self.declared {
            return Ok(None);
        }
        for client in &self.clients {
            let unknown = client.scopes.iter().find(|scope| {
                !STANDARD_SCOPES.contains(&scope.as_str()) && !self.scopes.contains(*scope)
            });
            if let Some(scope) = unknown {
                bail!("user pool client {}: no resource server has the scope {scope}", client.id);
            }
        }
        Ok(Some(self))
    }
}

fn of_this_pool(fields: &mut Fields) -> Result<()> {
    let pool = fields.required_string("UserPoolId")?;
    if pool != USER_POOL_ID {
        bail!("{}.UserPoolId: {pool} is not the user pool of this template", fields.place());
    }
    Ok(())
}

/// <https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-cognito-userpoolclient.html>
fn client(name: &str, fields: &mut Fields) -> Result<Client> {
    let has_secret = fields.boolean("GenerateSecret")?.unwrap_or(false);
    let (mut signs_in_people, mut is_program) = (false, false);
    for flow in fields.strings("AllowedOAuthFlows")?.unwrap_or_default() {
        match flow.as_str() {
            "code" => signs_in_people = true,
            "client_credentials" => is_program = true,
            other => bail!(
                "{}.AllowedOAuthFlows: {other} is not known to the local stack, only code and \
                 client_credentials",
                fields.place()
            ),
        }
    }
    // What Cognito refuses too.
    if signs_in_people && is_program {
        bail!("{}.AllowedOAuthFlows: client_credentials goes with no other flow", fields.place());
    }
    if is_program && !has_secret {
        bail!("{}: the flow client_credentials needs GenerateSecret: true", fields.place());
    }
    let allowed = fields.boolean("AllowedOAuthFlowsUserPoolClient")?.unwrap_or(false);
    if (signs_in_people || is_program) && !allowed {
        bail!("{}: AllowedOAuthFlows need AllowedOAuthFlowsUserPoolClient: true", fields.place());
    }
    let mut units = fields.fields("TokenValidityUnits")?.unwrap_or_default();
    let mut validity = |token: &str, unit: &str, default: i64| {
        let unit = units.string(token)?.unwrap_or_else(|| unit.to_owned());
        let length: u64 = fields.positive(&format!("{token}Validity"), default)?;
        let unit = match unit.as_str() {
            "seconds" => 1,
            "minutes" => 60,
            "hours" => 3600,
            "days" => 86_400,
            other => bail!("{}.TokenValidityUnits: {other} is not a unit", fields.place()),
        };
        Ok(Duration::from_secs(length * unit))
    };
    let access_token = validity("AccessToken", "hours", 1)?;
    let id_token = validity("IdToken", "hours", 1)?;
    let refresh_token = validity("RefreshToken", "days", 30)?;
    units.finish()?;
    let rotation = match fields.fields("RefreshTokenRotation")? {
        Some(mut rotation) => {
            let is_on = rotation.string("Feature")?.as_deref() == Some("ENABLED");
            let grace = rotation.seconds("RetryGracePeriodSeconds", 0)?;
            rotation.finish()?;
            is_on.then_some(grace)
        }
        None => None,
    };
    let read = Client {
        id: name.to_owned(),
        secret: has_secret.then(|| name.to_owned()),
        signs_in_people,
        is_program,
        scopes: fields.strings("AllowedOAuthScopes")?.unwrap_or_default(),
        callbacks: fields.strings("CallbackURLs")?.unwrap_or_default(),
        logouts: fields.strings("LogoutURLs")?.unwrap_or_default(),
        access_token,
        id_token,
        refresh_token,
        rotation,
        revokes: fields.boolean("EnableTokenRevocation")?.unwrap_or(true),
    };
    fields.no_local_meaning(&[
        "AuthSessionValidity",
        "ClientName",
        "DefaultRedirectURI",
        "EnablePropagateAdditionalUserContextData",
        "ExplicitAuthFlows",
        "PreventUserExistenceErrors",
        "ReadAttributes",
        "SupportedIdentityProviders",
        "WriteAttributes",
    ]);
    Ok(read)
}
