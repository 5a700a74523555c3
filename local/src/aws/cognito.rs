//! Cognito's user pool API: the calls with which administrators keep the directory.
//!
//! <https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/Welcome.html>

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::{ServiceError, Services, text, unknown};
use crate::{
    issuer::directory::{User, UserDirectory},
    template::USER_POOL_ID,
};

pub(super) fn answer(
    services: &Services,
    action: &str,
    input: &Value,
) -> Result<Value, ServiceError> {
    let Some(directory) = &services.directory else {
        return Err(unknown(&format!("Cognito {action}"), "the template has no user pool"));
    };
    if text(input, "UserPoolId")? != USER_POOL_ID {
        return Err(ServiceError::new("ResourceNotFoundException", "User pool does not exist."));
    }
    match action {
        "AdminCreateUser" => create(directory, input),
        "AdminGetUser" => {
            let mut user = described(&found(directory.find(name(input)?))?);
            user["UserAttributes"] = user["Attributes"].take();
            Ok(user)
        }
        "AdminDeleteUser" => found(directory.remove(name(input)?)).map(|_| json!({})),
        "AdminUserGlobalSignOut" => {
            let user = found(directory.find(name(input)?))?;
            if let Some(issuer) = &services.issuer {
                issuer.sign_out_everywhere(&user.sub);
            }
            Ok(json!({}))
        }
        "AdminAddUserToGroup" | "AdminRemoveUserFromGroup" => {
            let group = text(input, "GroupName")?.to_owned();
            let add = action == "AdminAddUserToGroup";
            found(directory.change(name(input)?, |user| {
                if add {
                    user.groups.insert(group);
                } else {
                    user.groups.remove(&group);
                }
            }))
            .map(|_| json!({}))
        }
        "AdminListGroupsForUser" => {
            let user = found(directory.find(name(input)?))?;
            let groups: Vec<_> = user
                .groups
                .iter()
                .map(|group| json!({"GroupName": group, "UserPoolId": USER_POOL_ID}))
                .collect();
            Ok(json!({ "Groups": groups }))
        }
        "ListUsers" => {
            let users: Vec<_> = directory.all().iter().map(described).collect();
            Ok(json!({ "Users": users }))
        }
        other => Err(unknown(
            &format!("Cognito {other}"),
            "AdminCreateUser, AdminGetUser, AdminDeleteUser, AdminUserGlobalSignOut, \
             AdminAddUserToGroup, AdminRemoveUserFromGroup, AdminListGroupsForUser and ListUsers \
             only",
        )),
    }
}

fn create(directory: &UserDirectory, input: &Value) -> Result<Value, ServiceError> {
    let given = input.get("UserAttributes").and_then(Value::as_array);
    let attributes: BTreeMap<_, _> = given
        .into_iter()
        .flatten()
        .filter_map(|pair| Some((pair["Name"].as_str()?, pair["Value"].as_str()?)))
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .collect();
    match directory.create(name(input)?, attributes) {
        Some(user) => Ok(json!({ "User": described(&user) })),
        None => Err(ServiceError::new("UsernameExistsException", "User account already exists")),
    }
}

fn name(input: &Value) -> Result<&str, ServiceError> {
    text(input, "Username")
}

fn found(user: Option<User>) -> Result<User, ServiceError> {
    user.ok_or_else(|| ServiceError::new("UserNotFoundException", "User does not exist."))
}

fn described(user: &User) -> Value {
    let mut attributes = vec![json!({"Name": "sub", "Value": user.sub})];
    let given = user.attributes.iter();
    attributes.extend(given.map(|(name, value)| json!({"Name": name, "Value": value})));
    json!({
        "Username": user.username,
        "Attributes": attributes,
        "UserCreateDate": user.created_at,
        "UserLastModifiedDate": user.modified_at,
        "Enabled": true,
        "UserStatus": "CONFIRMED",
    })
}
