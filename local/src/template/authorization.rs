//! JWT authorizers of the HTTP API, and what a route asks of a token.
//!
//! <https://docs.aws.amazon.com/serverless-application-model/latest/developerguide/sam-property-httpapi-httpapiauth.html>

use std::collections::BTreeMap;

use anyhow::{Result, bail};

use super::fields::Fields;

/// The `Auth` property of `AWS::Serverless::HttpApi`.
#[derive(Debug, Default)]
pub struct Authorizers {
    /// The authorizer of routes that name none.
    pub default: Option<String>,
    /// All authorizers by name.
    pub by_name: BTreeMap<String, JwtAuthorizer>,
}

/// One JWT authorizer.
#[derive(Debug, Clone)]
pub struct JwtAuthorizer {
    /// Its name.
    pub name: String,
    /// The header that holds the token, in lower case.
    pub header: String,
    /// Whose tokens it accepts.
    pub issuer: String,
    /// The clients that tokens may be for.
    pub audience: Vec<String>,
    /// The scopes of routes that list none.
    scopes: Vec<String>,
}

/// What a route's event says of authorization.
#[derive(Debug, Clone, Default)]
pub(super) struct RouteAuth {
    authorizer: Option<String>,
    scopes: Option<Vec<String>>,
}

/// What a request has to bring for a route.
#[derive(Debug, Clone)]
pub struct Authorization {
    /// Who checks its token.
    pub authorizer: JwtAuthorizer,
    /// The token has to have one of these, if there are any.
    pub scopes: Vec<String>,
}

/// <https://docs.aws.amazon.com/serverless-application-model/latest/developerguide/sam-property-httpapi-oauth2authorizer.html>
pub(super) fn authorizers(api: &mut Fields) -> Result<Authorizers> {
    let Some(mut auth) = api.fields("Auth")? else {
        return Ok(Authorizers::default());
    };
    let mut authorizers =
        Authorizers { default: auth.string("DefaultAuthorizer")?, by_name: BTreeMap::new() };
    let mut named = auth.fields("Authorizers")?.unwrap_or_default();
    for name in named.names() {
        let mut declared = named.fields(&name)?.unwrap_or_default();
        let source = declared.string("IdentitySource")?;
        let source = source.as_deref().unwrap_or("$request.header.Authorization");
        let Some(header) = source.strip_prefix("$request.header.") else {
            bail!(
                "{}.IdentitySource: {source} is not known to the local stack, only a header",
                declared.place()
            );
        };
        let scopes = declared.strings("AuthorizationScopes")?.unwrap_or_default();
        let Some(mut jwt) = declared.fields("JwtConfiguration")? else {
            bail!(
                "{}: the local stack knows authorizers with a JwtConfiguration only",
                declared.place()
            );
        };
        let authorizer = JwtAuthorizer {
            name: name.clone(),
            header: header.to_ascii_lowercase(),
            issuer: jwt.required_string("issuer")?,
            audience: jwt.strings("audience")?.unwrap_or_default(),
            scopes,
        };
        jwt.finish()?;
        declared.finish()?;
        authorizers.by_name.insert(name, authorizer);
    }
    auth.finish()?;
    if let Some(default) = &authorizers.default
        && !authorizers.by_name.contains_key(default)
    {
        bail!("{}.Auth.DefaultAuthorizer: there is no authorizer {default}", api.place());
    }
    Ok(authorizers)
}

/// <https://docs.aws.amazon.com/serverless-application-model/latest/developerguide/sam-property-function-httpapifunctionauth.html>
pub(super) fn route_auth(event: &mut Fields) -> Result<RouteAuth> {
    let Some(mut auth) = event.fields("Auth")? else {
        return Ok(RouteAuth::default());
    };
    let read = RouteAuth {
        authorizer: auth.string("Authorizer")?,
        scopes: auth.strings("AuthorizationScopes")?,
    };
    auth.finish()?;
    Ok(read)
}

impl Authorizers {
    /// What a route asks for; nothing if it is public.
    ///
    /// # Errors
    /// The route names an authorizer that there is not, or scopes and no authorizer.
    pub(super) fn of(&self, route: &RouteAuth) -> Result<Option<Authorization>> {
        let name = match route.authorizer.as_deref() {
            Some("NONE") => return Ok(None),
            Some(name) => Some(name),
            None => self.default.as_deref(),
        };
        let Some(name) = name else {
            if route.scopes.is_some() {
                bail!("AuthorizationScopes without an authorizer");
            }
            return Ok(None);
        };
        let Some(authorizer) = self.by_name.get(name) else {
            bail!("the HTTP API has no authorizer {name}");
        };
        let scopes = route.scopes.clone().unwrap_or_else(|| authorizer.scopes.clone());
        Ok(Some(Authorization { authorizer: authorizer.clone(), scopes }))
    }
}
