//! Where the data of a stack is: a folder of its own, kept or temporary.

use std::{
    fs::{self, File},
    path::{Path, PathBuf},
};

use anyhow::{Context, Result, bail};
use uuid::Uuid;

use crate::Options;

/// Where the data of a stack is.
pub(crate) struct Folder {
    path: PathBuf,
    ephemeral: bool,
    /// Held as long as the stack runs, so that two stacks never share a folder.
    _lock: Option<File>,
}

impl Folder {
    /// # Errors
    /// The folder cannot be made, or another stack uses it.
    pub(crate) fn open(options: &Options) -> Result<Self> {
        if options.ephemeral {
            let path =
                std::env::temp_dir().join(format!("switchboard-{}", Uuid::new_v4().simple()));
            fs::create_dir_all(&path).with_context(|| path.display().to_string())?;
            return Ok(Self { path, ephemeral: true, _lock: None });
        }
        let path = std::path::absolute(&options.data_dir)?;
        fs::create_dir_all(&path).with_context(|| path.display().to_string())?;
        let lock = File::create(path.join("lock"))?;
        if lock.try_lock().is_err() {
            bail!(
                "another local stack uses the folder {}: stop it, or run this one with --ephemeral \
                 or another --data-dir",
                path.display()
            );
        }
        Ok(Self { path, ephemeral: false, _lock: Some(lock) })
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// A file of the folder; none when nothing is to be kept.
    pub(crate) fn file(&self, name: &str) -> Option<PathBuf> {
        (!self.ephemeral).then(|| self.path.join(name))
    }

    /// The folder, if it goes with the stack.
    pub(crate) fn removed_at_the_end(&self) -> Option<&Path> {
        self.ephemeral.then_some(self.path.as_path())
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        if self.ephemeral
            && let Err(error) = fs::remove_dir_all(&self.path)
        {
            tracing::warn!(%error, path = %self.path.display(), "the temporary folder is left");
        }
    }
}
