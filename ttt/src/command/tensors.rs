//! Tensors of a run, from and to safetensors.

use std::path::Path;

use ttt::AnyTensor;
use ttt::adapters::source::{MemorySource, SafetensorsFile, TensorSource, write_safetensors};
use ttt::burn::tensor::Device;
use ttt::host::{from_host, to_host};

use super::Failure;

/// Every tensor of a file, by name.
pub fn read(path: &Path, device: &Device) -> Result<Vec<(String, AnyTensor)>, Failure> {
    let file = SafetensorsFile::open(path)?;
    let mut tensors = Vec::new();
    for name in file.tensors().keys() {
        let tensor = file.read(name)?;
        let tensor = from_host(tensor, device)
            .map_err(|error| Failure::new(format!("{}: `{name}`: {error}", path.display())))?;
        tensors.push((name.clone(), tensor));
    }
    Ok(tensors)
}

/// Writes tensors by name; the file is complete before it takes its place. A name that comes again gets `#2`.
pub fn write(path: &Path, tensors: Vec<(String, AnyTensor)>) -> Result<(), Failure> {
    let mut source = MemorySource::new(path);
    for (name, tensor) in tensors {
        let mut unique = name.clone();
        let mut copies = 1;
        while source.tensors().contains_key(&unique) {
            copies += 1;
            unique = format!("{name}#{copies}");
        }
        source.insert(unique, to_host(tensor));
    }
    write_safetensors(path, &source).map_err(Failure::from)
}
