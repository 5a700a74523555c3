//! OpenAPI schemas of texts that must have a certain form.

use utoipa::{
    PartialSchema, ToSchema,
    openapi::{
        ObjectBuilder, OneOfBuilder, RefOr, Schema,
        schema::{KnownFormat, SchemaFormat, Type},
    },
};

use super::{
    Address, CallSid, ConferenceId, ContactId, MediaSid, MessageSid, ParticipantId, Party,
    PhoneNumber, RecordingSid, TaskSid,
};

/// The schema of the address of a file that is sent with a text.
pub(crate) struct MediaUrl;

/// The schema of the e-mail address that an agent signs in with.
pub(crate) struct EmailAddress;

macro_rules! texts {
    ($($(#[doc = $doc:literal])+ $type:ident: $longest:expr, $pattern:literal, $example:literal;)+) => {$(
        impl PartialSchema for $type {
            fn schema() -> RefOr<Schema> {
                ObjectBuilder::new()
                    .schema_type(Type::String)
                    .max_length($longest)
                    .pattern(Some($pattern))
                    .description(Some(concat!($($doc),+).trim()))
                    .examples([$example])
                    .into()
            }
        }

        impl ToSchema for $type {}
    )+};
}

texts! {
    /// A phone number in E.164: a plus sign and up to 15 digits.
    PhoneNumber: None, r"^\+[1-9][0-9]{1,14}$", "+15005550111";
    /// What a contact calls or texts from: a phone number in E.164, a short code, the name that
    /// texts are sent under, or a SIP address.
    Address: Some(255), r"\S", "+15005550111";
    /// A phone number in E.164, a short code, a SIP address, or `anonymous` if the number was
    /// withheld.
    Party: None, r"^[\s\S]+$", "+15005550111";
    /// An https address that Twilio can fetch the file from.
    MediaUrl: Some(2_000), r"^https://", "https://example.com/map.png";
    /// The e-mail address that an agent signs in with.
    EmailAddress: Some(128), r"^[!#$%&'*+\-./0-9=?A-Z^_`a-z{|}~]+@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+$", "bob@example.com";
    /// Twilio's SID of a call: `CA` and 32 hexadecimal digits.
    CallSid: None, r"^CA[0-9a-f]{32}$", "CA00000000000000000000000000000001";
    /// TaskRouter's SID of a task: `WT` and 32 hexadecimal digits.
    TaskSid: None, r"^WT[0-9a-f]{32}$", "WT00000000000000000000000000000001";
    /// The id of a conference: 32 hexadecimal digits.
    ConferenceId: None, r"^[0-9a-f]{32}$", "0123456789abcdef0123456789abcdef";
    /// The id of a contact: 32 hexadecimal digits.
    ContactId: None, r"^[0-9a-f]{32}$", "0123456789abcdef0123456789abcdef";
    /// The id of a participant of a conference: `CP` and 24 hexadecimal digits.
    ParticipantId: None, r"^CP[0-9a-f]{24}$", "CP0123456789abcdef01234567";
    /// Twilio's SID of a recording: `RE` and 32 hexadecimal digits.
    RecordingSid: None, r"^RE[0-9a-f]{32}$", "RE00000000000000000000000000000001";
    /// Twilio's SID of a text: `SM` or `MM` and 32 hexadecimal digits.
    MessageSid: None, r"^(SM|MM)[0-9a-f]{32}$", "SM00000000000000000000000000000001";
    /// Twilio's SID of a file that came with a text: `ME` and 32 hexadecimal digits.
    MediaSid: None, r"^ME[0-9a-f]{32}$", "ME00000000000000000000000000000001";
}

/// The schema of a text that is one of these words.
pub(crate) fn words(words: &[&str]) -> RefOr<Schema> {
    ObjectBuilder::new().schema_type(Type::String).enum_values(Some(words.iter().copied())).into()
}

/// The type of an entry that is written by hand.
#[derive(ToSchema)]
#[schema(rename_all = "lowercase")]
#[expect(dead_code, reason = "only its description is used")]
pub(crate) enum WrittenType {
    Note,
    External,
}

/// The schema of a date as RFC 3339 writes it.
pub(crate) struct Date;

impl PartialSchema for Date {
    fn schema() -> RefOr<Schema> {
        let format = SchemaFormat::KnownFormat(KnownFormat::Date);
        ObjectBuilder::new().schema_type(Type::String).format(Some(format)).into()
    }
}

impl ToSchema for Date {}

/// The schema of a time or a date as RFC 3339 writes them.
pub(crate) struct DateOrTime;

impl PartialSchema for DateOrTime {
    fn schema() -> RefOr<Schema> {
        let text = |format| ObjectBuilder::new().schema_type(Type::String).format(Some(format));
        OneOfBuilder::new()
            .item(text(SchemaFormat::KnownFormat(KnownFormat::DateTime)))
            .item(text(SchemaFormat::KnownFormat(KnownFormat::Date)))
            .into()
    }
}

impl ToSchema for DateOrTime {}
