//! Sentences that callers hear and that are in no flow.

/// What somebody hears who answers a forwarded call, before the two are connected.
pub fn press_to_accept(company_name: &str) -> String {
    format!("A call for {company_name}. Press any key to accept.")
}
