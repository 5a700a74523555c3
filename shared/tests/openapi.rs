//! The console's types are made of `console/openapi.json`, which is the document that the API serves.

#![allow(clippy::unwrap_used)]

use std::{env, fs, path::Path};

#[test]
fn the_consoles_copy_of_the_document_is_what_the_api_serves() {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../console/openapi.json");
    let served = shared::openapi::document("").to_pretty_json().unwrap() + "\n";
    if env::var_os("UPDATE").is_some() {
        fs::write(&file, &served).unwrap();
    }
    let same = fs::read_to_string(&file).unwrap() == served;
    assert!(same, "write it anew: UPDATE=1 cargo test -p shared --test openapi");
}
