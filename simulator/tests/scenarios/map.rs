//! The map of modules in `src/lib.rs` is whole, and arrows on it point down.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

/// The code of a file: comments and unit tests may name what they like.
fn code(file: &Path) -> String {
    let text = fs::read_to_string(file).unwrap();
    let code = text.split("#[cfg(test)]").next().unwrap();
    code.lines().filter(|line| !line.trim_start().starts_with("//")).collect::<Vec<_>>().join("\n")
}

fn files(path: &Path) -> Vec<PathBuf> {
    if path.is_file() {
        return vec![path.to_owned()];
    }
    let entries = fs::read_dir(path).unwrap().map(|entry| entry.unwrap().path());
    entries.flat_map(|entry| files(&entry)).collect()
}

#[test]
fn modules_import_only_from_below() {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let map = fs::read_to_string(src.join("lib.rs")).unwrap();
    let rows =
        map.lines().filter(|line| line.starts_with("//! | `") || line.starts_with("//! | [`"));
    let mut floors = BTreeMap::new();
    for (floor, row) in rows.enumerate() {
        let names = row.split('|').nth(1).unwrap().split(',');
        floors
            .extend(names.map(|name| (name.trim_matches(['`', '[', ']', ' ']).to_owned(), floor)));
    }
    let declared = map.lines().filter_map(|line| line.strip_suffix(';')?.split_once("mod "));
    let declared: BTreeSet<String> = declared.map(|(_, name)| name.to_owned()).collect();
    assert_eq!(floors.keys().cloned().collect::<BTreeSet<_>>(), declared);

    for (module, floor) in &floors {
        let file = src.join(format!("{module}.rs"));
        let path = if file.exists() { file } else { src.join(module) };
        for file in files(&path) {
            let code = code(&file);
            for used in code.split("crate::").skip(1) {
                let name = used.split(|c: char| !c.is_alphanumeric() && c != '_').next().unwrap();
                let is_below = floors.get(name).is_some_and(|other| other > floor);
                assert!(name == module || is_below, "{}: crate::{name}", file.display());
            }
        }
    }
}
