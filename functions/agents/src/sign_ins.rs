//! Sign-ins of people, in Cognito's user pool.
//! <https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/Welcome.html>

use std::time::Duration;

use aws_sdk_cognitoidentityprovider::{
    Client, Config,
    config::{BehaviorVersion, retry::RetryConfig},
    error::SdkError,
    operation::{
        admin_create_user::AdminCreateUserError as CreateError,
        admin_delete_user::AdminDeleteUserError as DeleteError,
        admin_get_user::AdminGetUserError as GetError,
        admin_user_global_sign_out::AdminUserGlobalSignOutError as SignOutError,
    },
    types::{AttributeType, DeliveryMediumType},
};
use shared::{Error, aws::clients, error::invalid, process::env, values::Email};

/// The group whose members may change settings and agents.
const ADMINS: &str = "admins";

/// Attempts of a request are given up after this: Cognito sends a mail meanwhile.
const ATTEMPT: Duration = Duration::from_secs(4);

/// The user pool.
#[derive(Debug)]
pub struct SignIns {
    client: Client,
    pool: String,
}

impl SignIns {
    /// From variable `USER_POOL_ID`.
    pub fn from_env() -> Result<Self, Error> {
        let mut config = Config::builder()
            .behavior_version(BehaviorVersion::latest())
            .http_client(clients::http_client(clients::Idle::Kept))
            .region(clients::region())
            .credentials_provider(clients::credentials())
            .retry_config(RetryConfig::standard())
            .timeout_config(clients::timeouts(ATTEMPT));
        if let Some(url) = env::optional("AWS_ENDPOINT_URL_COGNITO_IDENTITY_PROVIDER") {
            config = config.endpoint_url(url);
        }
        let client = Client::from_conf(config.build());
        Ok(Self { client, pool: env::required("USER_POOL_ID")? })
    }

    /// The `sub` of who signs in with this address; `None` for nobody.
    pub async fn find(&self, email: &Email) -> Result<Option<String>, Error> {
        let request = self.client.admin_get_user().user_pool_id(&self.pool);
        match request.username(email.as_str()).send().await {
            Ok(user) => sub_of(user.user_attributes()).map(Some),
            Err(SdkError::ServiceError(error)) => match error.into_err() {
                GetError::UserNotFoundException(_) => Ok(None),
                other => Err(other.into()),
            },
            Err(error) => Err(error.into()),
        }
    }

    /// Makes a sign-in; Cognito mails a temporary password. One that is there stays as it is.
    /// Gives its `sub`, and whether it was made.
    ///
    /// Errors: 422 for an address that Cognito does not take.
    pub async fn ensure(&self, email: &Email) -> Result<(String, bool), Error> {
        let created = self
            .client
            .admin_create_user()
            .user_pool_id(&self.pool)
            .username(email.as_str())
            .user_attributes(attribute("email", email.as_str())?)
            // An administrator vouches for it; a forgotten password is reset by way of it.
            .user_attributes(attribute("email_verified", "true")?)
            .desired_delivery_mediums(DeliveryMediumType::Email)
            .send()
            .await;
        let error = match created {
            Ok(created) => {
                let user = created.user.ok_or_else(|| Error::internal("Cognito gave no user"))?;
                return Ok((sub_of(user.attributes())?, true));
            }
            Err(SdkError::ServiceError(error)) => error.into_err(),
            Err(error) => return Err(error.into()),
        };
        match error {
            CreateError::UsernameExistsException(_) => {
                let sub = self.find(email).await?;
                Ok((sub.ok_or_else(|| Error::internal("a sign-in vanished"))?, false))
            }
            CreateError::InvalidParameterException(_) => {
                Err(invalid("email", "nobody can sign in with this e-mail address"))
            }
            other => Err(other.into()),
        }
    }

    /// Puts somebody into the group of administrators, or takes them out. Either way may come twice.
    pub async fn set_admin(&self, sub: &str, admin: bool) -> Result<(), Error> {
        let pool = &self.pool;
        if admin {
            let request = self.client.admin_add_user_to_group().user_pool_id(pool);
            request.username(sub).group_name(ADMINS).send().await?;
        } else {
            let request = self.client.admin_remove_user_from_group().user_pool_id(pool);
            request.username(sub).group_name(ADMINS).send().await?;
        }
        Ok(())
    }

    /// Whether somebody is in the group of administrators.
    pub async fn is_admin(&self, sub: &str) -> Result<bool, Error> {
        let request = self.client.admin_list_groups_for_user().user_pool_id(&self.pool);
        let groups = request.username(sub).send().await?;
        Ok(groups.groups().iter().any(|group| group.group_name() == Some(ADMINS)))
    }

    /// Ends somebody's sessions. Tokens that they hold are good until they expire, in minutes.
    pub async fn sign_out(&self, sub: &str) -> Result<(), Error> {
        let request = self.client.admin_user_global_sign_out().user_pool_id(&self.pool);
        match request.username(sub).send().await {
            Ok(_) => Ok(()),
            Err(SdkError::ServiceError(error)) => match error.into_err() {
                SignOutError::UserNotFoundException(_) => Ok(()),
                other => Err(other.into()),
            },
            Err(error) => Err(error.into()),
        }
    }

    /// Deletes a sign-in; one that is gone already is as good.
    pub async fn delete(&self, sub: &str) -> Result<(), Error> {
        let request = self.client.admin_delete_user().user_pool_id(&self.pool);
        match request.username(sub).send().await {
            Ok(_) => Ok(()),
            Err(SdkError::ServiceError(error)) => match error.into_err() {
                DeleteError::UserNotFoundException(_) => Ok(()),
                other => Err(other.into()),
            },
            Err(error) => Err(error.into()),
        }
    }
}

fn attribute(name: &str, value: &str) -> Result<AttributeType, Error> {
    Ok(AttributeType::builder().name(name).value(value).build()?)
}

fn sub_of(attributes: &[AttributeType]) -> Result<String, Error> {
    let sub = attributes.iter().find(|attribute| attribute.name() == "sub");
    sub.and_then(AttributeType::value)
        .map(str::to_owned)
        .ok_or_else(|| Error::internal("Cognito gave no sub"))
}
