//! What a target begins with: its folder in `corpus/`, and files of the repository.

use std::io;
use std::path::Path;

use crate::Target;

/// Every seed of a target with its path from the repository's top, in the order of paths.
///
/// # Errors
/// When a file that is named cannot be read.
pub fn seeds(target: &Target) -> io::Result<Vec<(String, Vec<u8>)>> {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    let top = here.parent().unwrap_or(here);
    let mut paths: Vec<String> = target.files.iter().map(|&file| file.to_owned()).collect();
    let own = format!("fuzz/corpus/{}", target.name);
    // A target that begins with files of the repository alone has no folder.
    if top.join(&own).is_dir() {
        for entry in std::fs::read_dir(top.join(&own))? {
            paths.push(format!("{own}/{}", entry?.file_name().display()));
        }
    }
    paths.sort();
    paths
        .into_iter()
        .map(|path| Ok((path.clone(), std::fs::read(top.join(path))?)))
        .collect()
}
