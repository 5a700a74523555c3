//! Where the local stack says it is: the region, account and names that every ARN and address is
//! made of.

/// The region that the local stack says it is in.
pub const REGION: &str = "us-east-1";
/// The account that the local stack says it is in.
pub const ACCOUNT_ID: &str = "000000000000";
/// The name of the stack, and the beginning of every physical name.
pub const STACK_NAME: &str = "switchboard";
/// The id of the local user pool: there is one at most.
pub const USER_POOL_ID: &str = "us-east-1_local";
/// The id that CloudFormation would give the stack.
pub(super) const STACK_ID: &str = "arn:aws:cloudformation:us-east-1:000000000000:stack/switchboard/00000000-0000-4000-8000-00000000c0de";
pub(super) const URL_SUFFIX: &str = "amazonaws.com";
pub(super) const PARTITION: &str = "aws";
