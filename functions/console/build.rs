//! Builds the console's page into the function: all files of `console/dist`, which `make console`
//! makes, also compressed. Without them, a page that says so.

use std::{
    collections::hash_map::DefaultHasher,
    env,
    fmt::Write as _,
    fs,
    hash::{Hash, Hasher},
    io::{self, Write as _},
    path::{Path, PathBuf},
};

fn main() -> io::Result<()> {
    let here = PathBuf::from(env::var_os("CARGO_MANIFEST_DIR").unwrap_or_default());
    let out = PathBuf::from(env::var_os("OUT_DIR").unwrap_or_default());
    let built = here.join("../../console/dist");
    // While it is absent, cargo asks each time whether it has come.
    println!("cargo::rerun-if-changed={}", built.display());
    let page = built.join("index.html");
    let mut files = Vec::new();
    if page.exists() {
        files.push(("/".to_owned(), page));
        for entry in fs::read_dir(built.join("assets"))? {
            let entry = entry?;
            let name = entry.file_name().to_string_lossy().into_owned();
            files.push((format!("/assets/{name}"), entry.path()));
        }
    } else {
        files.push(("/".to_owned(), here.join("src/not-built.html")));
    }
    files.sort();
    let mut list = "&[\n".to_owned();
    for (number, (path, file)) in files.iter().enumerate() {
        let compressed = out.join(format!("{number}.br"));
        let entry = entry(path, file, &compressed)?;
        // Writing to a String cannot fail.
        let _ = writeln!(list, "{entry},");
    }
    list.push(']');
    fs::write(out.join("assets.rs"), list)
}

/// A file as Rust has it.
fn entry(path: &str, file: &Path, compressed: &Path) -> io::Result<String> {
    let content = fs::read(file)?;
    let small = brotli(&content)?;
    let mut hasher = DefaultHasher::new();
    content.hash(&mut hasher);
    let tag = format!("W/\"{:016x}\"", hasher.finish());
    let shorter = small.len() < content.len();
    if shorter {
        fs::write(compressed, small)?;
    }
    let brotli = match shorter {
        true => format!("Some(include_bytes!({compressed:?}))"),
        false => "None".to_owned(),
    };
    let file = fs::canonicalize(file)?;
    let content_type = content_type(path);
    Ok(format!(
        "Asset {{ path: {path:?}, content_type: {content_type:?}, tag: {tag:?}, \
         plain: include_bytes!({file:?}), brotli: {brotli} }}"
    ))
}

fn brotli(content: &[u8]) -> io::Result<Vec<u8>> {
    let mut small = Vec::new();
    // A buffer of 4 KiB, the best quality, and the largest window that browsers take.
    let mut writer = brotli::CompressorWriter::new(&mut small, 4096, 11, 22);
    writer.write_all(content)?;
    drop(writer);
    Ok(small)
}

fn content_type(path: &str) -> &'static str {
    match path.rsplit('.').next() {
        Some("css") => "text/css; charset=utf-8",
        Some("js") => "text/javascript; charset=utf-8",
        Some("json" | "map") => "application/json",
        Some("png") => "image/png",
        Some("svg") => "image/svg+xml",
        Some("woff2") => "font/woff2",
        _ if path == "/" => "text/html; charset=utf-8",
        _ => "application/octet-stream",
    }
}
