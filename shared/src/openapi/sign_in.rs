//! Describes how an API user gets an access token.

use utoipa::openapi::{
    OpenApi,
    security::{AuthorizationCode, ClientCredentials, Flow, OAuth2, Scopes, SecurityScheme},
};

/// What each scope of a token allows.
const SCOPES: [(&str, &str); 4] = [
    ("switchboard/read", "See contacts, timelines, calls, recordings and our numbers."),
    ("switchboard/send", "Send texts, write entries and change contacts."),
    ("switchboard/call", "Place calls, hold conferences and change one's own phone."),
    ("switchboard/admin", "Erase contacts, manage agents, see and change settings."),
];

/// Adds the two ways to sign in to the document.
pub(super) fn describe(document: &mut OpenApi, sign_in_url: &str) {
    let scopes = || Scopes::from_iter(SCOPES);
    let token_url = format!("{sign_in_url}/oauth2/token");
    let program = ClientCredentials::new(&token_url, scopes());
    let person =
        AuthorizationCode::new(format!("{sign_in_url}/oauth2/authorize"), &token_url, scopes());
    let description = "An access token as `Authorization: Bearer`. Programs get theirs by client \
        credentials, people by an authorization code with PKCE. Routes for administrators want, \
        besides their scope, a program's token or one of a person in group `admins`.";
    let scheme = OAuth2::with_description(
        [Flow::ClientCredentials(program), Flow::AuthorizationCode(person)],
        description,
    );
    document
        .components
        .get_or_insert_default()
        .add_security_scheme("oauth2", SecurityScheme::OAuth2(scheme));
}
