//! The queues of a template.

use std::{collections::BTreeMap, sync::Arc};

use anyhow::{Result, bail};

use super::queue::Queue;
use crate::{folder::Folder, template};

/// All queues by name, each opened after the dead-letter queue that it needs.
///
/// # Errors
/// A stored queue cannot be read, or queues are each other's dead-letter queues.
pub(crate) fn open(
    specs: &[template::Queue],
    folder: &Folder,
) -> Result<BTreeMap<String, Arc<Queue>>> {
    let mut opened: BTreeMap<String, Arc<Queue>> = BTreeMap::new();
    while opened.len() < specs.len() {
        let before = opened.len();
        for spec in specs {
            let dead_letters = match &spec.redrive {
                None => None,
                Some(redrive) => {
                    match opened.values().find(|queue| queue.spec.arn == redrive.dead_letters) {
                        Some(queue) => Some(queue.clone()),
                        None => continue,
                    }
                }
            };
            if !opened.contains_key(&spec.name) {
                let file = folder.file(&format!("{}.queue.json", spec.name));
                opened.insert(spec.name.clone(), Queue::open(spec.clone(), dead_letters, file)?);
            }
        }
        if opened.len() == before {
            bail!("queues are each other's dead-letter queues");
        }
    }
    Ok(opened)
}
