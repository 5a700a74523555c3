//! Each module of this crate imports only from those above it in the table of `lib.rs`: what
//! stands on the ground can be read, and changed, without knowing what stands on it.

#![allow(clippy::unwrap_used)]

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
};

/// The modules in the order of the table of `lib.rs`: the ground first.
fn floors() -> Vec<String> {
    let map = fs::read_to_string(source().join("lib.rs")).unwrap();
    let rows = map.lines().filter_map(|line| line.strip_prefix("//! | [`"));
    rows.map(|row| row.split('`').next().unwrap().to_owned()).collect()
}

fn source() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("src")
}

fn files(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
}

/// The modules that a file names behind `crate::`, its tests and comments left out.
fn imports(text: &str) -> BTreeSet<String> {
    let code = text.split("#[cfg(test)]").next().unwrap();
    let code: String =
        code.lines().map(|line| line.split("//").next().unwrap().to_owned() + "\n").collect();
    let mut found = BTreeSet::new();
    for rest in code.split("crate::").skip(1) {
        match rest.strip_prefix('{') {
            Some(list) => found.extend(first_names(list)),
            None => found.extend([name(rest).to_owned()]),
        }
    }
    found
}

fn name(text: &str) -> &str {
    text.split(|c: char| !c.is_alphanumeric() && c != '_').next().unwrap()
}

/// Of `a::{b, c}, d::e}`, `a` and `d`.
fn first_names(list: &str) -> Vec<String> {
    let mut names = Vec::new();
    let mut depth = 0;
    let mut begins = true;
    for (position, c) in list.char_indices() {
        match c {
            '{' => depth += 1,
            '}' if depth == 0 => break,
            '}' => depth -= 1,
            ',' if depth == 0 => begins = true,
            _ if begins && !c.is_whitespace() => {
                names.push(name(&list[position..]).to_owned());
                begins = false;
            }
            _ => {}
        }
    }
    names
}

#[test]
fn the_table_of_the_crate_is_whole() {
    let map = fs::read_to_string(source().join("lib.rs")).unwrap();
    let declared: BTreeSet<_> = map
        .lines()
        .filter_map(|line| line.strip_prefix("pub mod "))
        .map(|line| line.trim_end_matches(';').to_owned())
        .collect();
    let listed = floors();
    assert_eq!(declared, listed.iter().cloned().collect());
    assert_eq!(listed.len(), declared.len(), "a module is listed twice");
}

#[test]
fn modules_import_only_from_those_above_them_in_the_table() {
    let floors = floors();
    // What `lib.rs` itself gives to all.
    let roots = [("Error", "error"), ("Context", "context")];
    let mut all = Vec::new();
    files(&source(), &mut all);
    let mut wrong = Vec::new();
    for file in all {
        let inside = file.strip_prefix(source()).unwrap();
        let module = inside.iter().next().unwrap().to_str().unwrap().trim_end_matches(".rs");
        let Some(floor) = floors.iter().position(|name| name == module) else { continue };
        for import in imports(&fs::read_to_string(&file).unwrap()) {
            let root = roots.iter().find(|(item, _)| *item == import).map(|(_, module)| *module);
            let import = root.unwrap_or(&import);
            if import == module {
                continue;
            }
            match floors.iter().position(|name| name == import) {
                Some(below) if below < floor => {}
                _ => wrong.push(format!("{} imports {import}", inside.display())),
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn imports_are_found_however_they_are_written() {
    let text = "use crate::{Error, a::{b, c::{d}}, e::f as g};\nuse crate::h::i;\n\
                fn x() { crate::j::k() } // crate::l\n#[cfg(test)]\nmod tests { use crate::m; }";
    let found: Vec<_> = imports(text).into_iter().collect();
    assert_eq!(found, ["Error", "a", "e", "h", "j"]);
}
