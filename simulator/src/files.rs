//! Files of this machine that people speak or send.

use std::fs::File;
use std::io::{Error, ErrorKind, Read, Result};
use std::path::Path;

/// Reads a file, which must be a regular one: a device may have no end.
///
/// # Errors
/// The file cannot be read, is none, or has more than `most` bytes.
pub(crate) fn read(path: &Path, most: u64) -> Result<Vec<u8>> {
    // Opening a pipe would wait for its other end.
    if !path.metadata()?.is_file() {
        return Err(Error::new(ErrorKind::InvalidInput, "this is no regular file"));
    }
    let mut bytes = Vec::new();
    File::open(path)?.take(most + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > most {
        return Err(Error::new(ErrorKind::FileTooLarge, format!("it has more than {most} bytes")));
    }
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_regular_file_of_bounded_size_is_read() {
        let this = Path::new(env!("CARGO_MANIFEST_DIR")).join("Cargo.toml");
        let size = this.metadata().unwrap().len();
        assert_eq!(read(&this, size).unwrap().len() as u64, size);
        assert!(read(&this, size - 1).is_err());
        for path in ["/dev/zero", "/dev/null", env!("CARGO_MANIFEST_DIR"), "/no/such/file"] {
            assert!(read(Path::new(path), 10).is_err(), "{path}");
        }
    }
}
