//! The pages on security and reliability name tests that exist.

use std::{fs, path::Path};

#[test]
fn every_test_that_a_page_names_exists() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    for page in ["docs/SECURITY.md", "docs/RELIABILITY.md"] {
        let text = fs::read_to_string(root.join(page)).unwrap();
        let mut named = 0;
        for name in text.split('`').filter(|name| name.contains("::") && !name.contains(' ')) {
            let Some((file, test)) = name.rsplit_once("::").filter(|(file, _)| *file != "file")
            else {
                continue;
            };
            let path = match file.contains('/') {
                true => root.join(file),
                false => root.join(format!("local/tests/scenarios/{file}.rs")),
            };
            let code = fs::read_to_string(&path).unwrap_or_default();
            let exists = [format!("fn {test}("), format!("def {test}(")];
            assert!(exists.iter().any(|definition| code.contains(definition)), "{page}: {name}");
            named += 1;
        }
        assert!(named > 20, "{page} names {named} tests");
        // A threat or fault without a test is no row.
        let rows = text.lines().filter(|line| line.starts_with("| ") && !line.contains("held by"));
        for row in rows {
            assert!(row.contains("::"), "{page}: {row}");
        }
    }
}
