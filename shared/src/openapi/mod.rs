//! The description of the JSON API, made from the types that the functions take and give.
//! <https://spec.openapis.org/oas/v3.1.0>
//!
//! A function's `main` says what a route does. The stubs in these modules tell it to API users;
//! they are never run. A test compares their paths and scopes with the template's, and Schemathesis
//! compares what they say with what the functions answer.

use utoipa::{OpenApi, openapi::OpenApi as Document};

use answers::CommonAnswers;
use schemas::{NeverNull, Pages};

mod administration;
mod answers;
mod calls;
mod conferences;
mod contacts;
mod files;
mod live;
mod messages;
mod overview;
mod parameters;
mod published;
mod schemas;
mod sign_in;
mod timeline;

#[derive(OpenApi)]
#[openapi(
    info(
        title = "Switchboard",
        description = "The calls, texts and contacts of a company's phone numbers.\n\n\
            Phone numbers are E.164, times RFC 3339, durations whole seconds. Lists are \
            `{\"items\", \"next\"}`: `next`, given as `cursor`, leads to the next page. A parameter \
            of the query that is empty counts as left out.\n\n\
            Refusals are problem details (RFC 9457); what API Gateway refuses before a function is \
            asked is `{\"message\"}`.",
        license(name = "MIT", identifier = "MIT"),
    ),
    servers((url = "/", description = "Where this document is.")),
    paths(
        messages::send_message,
        contacts::list_contacts,
        contacts::get_contact,
        contacts::change_contact,
        contacts::mark_contact_read,
        contacts::erase_contact,
        timeline::list_entries,
        timeline::add_entry,
        timeline::mark_voicemail_heard,
        calls::list_calls,
        calls::get_call,
        calls::place_call,
        conferences::create_conference,
        conferences::list_conferences,
        conferences::get_conference,
        conferences::end_conference,
        conferences::invite_participants,
        conferences::moderate_participant,
        conferences::remove_participant,
        overview::get_overview,
        live::list_changes,
        live::list_queues,
        files::link_recording,
        files::link_media,
        administration::get_own_agent,
        administration::put_own_agent,
        administration::list_agents,
        administration::list_colleagues,
        administration::put_agent,
        administration::remove_agent,
        administration::get_settings,
        administration::put_settings,
        administration::list_phone_numbers,
        published::get_openapi,
    ),
    components(schemas(answers::GatewayError, crate::error::Problem)),
    tags(
        (name = "Texts", description = "Sending texts."),
        (name = "Contacts", description = "The inbox and the people in it."),
        (name = "Timeline", description = "All that happened with a contact, in one list."),
        (name = "Calls", description = "The call log, and calls from an agent's phone."),
        (name = "Conferences", description = "Conferences with a code, and who is in them."),
        (name = "Overview", description = "How much happened when, and how long callers waited."),
        (name = "Live", description = "What has changed, and who waits, as it happens."),
        (name = "Files", description = "Links to voicemails and to what came with texts."),
        (name = "Administration", description = "Agents, settings and our numbers."),
        (name = "About", description = "This document."),
    ),
    modifiers(&CommonAnswers, &Pages, &NeverNull),
)]
struct Api;

/// Makes the OpenAPI document. Clients get tokens at `sign_in_url`, which has no slash at the end;
/// when it is empty, at the address of the API itself.
pub fn document(sign_in_url: &str) -> Document {
    let mut document = Api::openapi();
    sign_in::describe(&mut document, sign_in_url);
    document
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;

    fn json(sign_in_url: &str) -> Value {
        serde_json::to_value(document(sign_in_url)).unwrap()
    }

    fn references<'v>(value: &'v Value, found: &mut Vec<&'v str>) {
        match value {
            Value::Object(fields) => {
                found.extend(fields.get("$ref").and_then(Value::as_str));
                fields.values().for_each(|value| references(value, found));
            }
            Value::Array(items) => items.iter().for_each(|value| references(value, found)),
            _ => {}
        }
    }

    #[test]
    fn every_reference_leads_to_a_schema() {
        let document = json("");
        let mut found = Vec::new();
        references(&document, &mut found);
        assert!(found.len() > 100);
        for reference in found {
            assert!(document.pointer(&reference[1..]).is_some(), "{reference}");
        }
    }

    #[test]
    fn every_answer_that_is_json_says_what_it_holds() {
        let document = json("");
        for (path, item) in document["paths"].as_object().unwrap() {
            for (method, operation) in item.as_object().unwrap() {
                for (status, answer) in operation["responses"].as_object().unwrap() {
                    let described = answer.get("content").is_some() || status == "204";
                    assert!(described, "{method} {path}: {status}");
                }
            }
        }
    }

    #[test]
    fn tokens_come_from_the_address_that_is_given() {
        let flows = |url| json(url)["components"]["securitySchemes"]["oauth2"]["flows"].clone();
        assert_eq!(flows("")["clientCredentials"]["tokenUrl"], "/oauth2/token");
        let flows = flows("https://sign-in.example.com");
        let url = "https://sign-in.example.com/oauth2/authorize";
        assert_eq!(flows["authorizationCode"]["authorizationUrl"], url);
    }
}
