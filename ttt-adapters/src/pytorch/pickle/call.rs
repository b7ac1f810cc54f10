//! What the allowed functions would build.

use super::global::{Element, Global};
use super::machine::Machine;
use super::{Refusal, Storage, Tensor, Value};

/// The most dimensions that a tensor of torch has.
const MAX_RANK: usize = 64;

/// The most bytes that the key of a storage has; torch writes numbers.
const LONGEST_KEY: usize = 64;

impl Machine<'_> {
    /// The value of a function with these arguments.
    pub(super) fn call(&mut self, function: Global, arguments: Value) -> Result<Value, Refusal> {
        match function {
            Global::Dict => self.dictionary(arguments),
            Global::RebuildTensor => self.tensor(arguments, None),
            Global::RebuildTyped => {
                let Value::Global(Global::Dtype(element)) = self.argument(arguments, 6)? else {
                    return Err(self.damaged("a tensor's dtype is none"));
                };
                self.tensor(arguments, Some(element))
            }
            Global::RebuildParameter => match self.argument(arguments, 0)? {
                tensor @ Value::Tensor(_) => Ok(tensor),
                other => Err(self.damaged(&format!("a parameter is {}", other.kind()))),
            },
            Global::RebuildFromType => match (self.argument(arguments, 0)?, self.argument(arguments, 2)?) {
                // Not itself: that could go round for ever.
                (Value::Global(inner), inner_arguments @ Value::List(_)) if inner != function => {
                    self.call(inner, inner_arguments)
                }
                _ => Err(self.damaged("a tensor is rebuilt by no function")),
            },
            Global::Size => match self.argument(arguments, 0)? {
                sizes @ Value::List(_) => Ok(sizes),
                other => Err(self.damaged(&format!("a size is {}", other.kind()))),
            },
            Global::Opaque | Global::Dtype(_) | Global::Storage(_) => Ok(Value::Opaque),
        }
    }

    /// The storage that a persistent id stands for: `("storage", class, key, location, count, part)`.
    pub(super) fn storage(&mut self, id: Value) -> Result<Value, Refusal> {
        let file = self.cursor.file;
        let items = self.heap.items(id).unwrap_or_default();
        let rest = match items {
            [Value::Text(kind), rest @ ..] if kind.is("storage", file) => rest,
            _ => return Err(self.damaged("a reference is not to a storage")),
        };
        let [
            Value::Global(Global::Storage(element)),
            Value::Text(key),
            _,
            count,
            part @ ..,
        ] = rest
        else {
            return Err(self.damaged("a reference to a storage lacks its class or its key"));
        };
        if key.length > LONGEST_KEY {
            return Err(self.damaged("a storage's key is too long"));
        }
        let (Some(count), Some(part)) = (count.count(), self.part(part)) else {
            return Err(self.damaged("a storage has no size"));
        };
        let storage = Storage {
            element: *element,
            key: *key,
            count,
            part,
        };
        self.heap.storages.push(storage);
        Ok(Value::Storage(self.heap.storages.len() - 1))
    }

    /// The part of a storage that the oldest files let a reference see: `(key, first, count)` or nothing.
    #[expect(clippy::option_option, reason = "outside: whether it is well formed")]
    fn part(&self, given: &[Value]) -> Option<Option<(usize, usize)>> {
        match given {
            [] | [Value::None] => Some(None),
            [tuple] => match self.heap.items(*tuple)? {
                [_, first, count] => Some(Some((first.count()?, count.count()?))),
                _ => None,
            },
            _ => None,
        }
    }

    fn dictionary(&mut self, arguments: Value) -> Result<Value, Refusal> {
        let items = self.heap.items(arguments).unwrap_or_default();
        let Some(pairs) = items.first().copied() else {
            return Ok(self.heap.dict(Vec::new()));
        };
        self.charge(self.heap.items(pairs).map_or(0, <[Value]>::len))?;
        let pairs = self.heap.items(pairs).unwrap_or_default();
        let entries: Option<Vec<(Value, Value)>> = pairs
            .iter()
            .map(|pair| match self.heap.items(*pair)? {
                [key, value] => Some((*key, *value)),
                _ => None,
            })
            .collect();
        match entries {
            Some(entries) => Ok(self.heap.dict(entries)),
            None => Err(self.damaged("a dictionary is made of something that is no pairs")),
        }
    }

    fn tensor(&mut self, arguments: Value, element: Option<Element>) -> Result<Value, Refusal> {
        let Value::Storage(storage) = self.argument(arguments, 0)? else {
            return Err(self.damaged("a tensor has no storage"));
        };
        let offset = self.argument(arguments, 1)?.count();
        let shape = self.sizes(arguments, 2)?;
        let strides = self.sizes(arguments, 3)?;
        let (Some(offset), true) = (offset, shape.len() == strides.len()) else {
            return Err(self.damaged("a tensor's offset, shape and strides do not belong together"));
        };
        let tensor = Tensor {
            storage,
            element: element.unwrap_or(self.heap.storages[storage].element),
            offset,
            shape,
            strides,
        };
        self.heap.tensors.push(tensor);
        Ok(Value::Tensor(self.heap.tensors.len() - 1))
    }

    fn sizes(&mut self, arguments: Value, index: usize) -> Result<Vec<usize>, Refusal> {
        let sizes = self.argument(arguments, index)?;
        let items = self.heap.items(sizes).unwrap_or_default();
        let is_list = matches!(sizes, Value::List(_)) && items.len() <= MAX_RANK;
        let sizes: Option<Vec<usize>> = items.iter().map(|size| size.count()).collect();
        match sizes {
            Some(sizes) if is_list => {
                self.charge(sizes.len())?;
                Ok(sizes)
            }
            _ => Err(self.damaged("a shape or its strides are no whole numbers")),
        }
    }

    fn argument(&self, arguments: Value, index: usize) -> Result<Value, Refusal> {
        let items = self.heap.items(arguments).unwrap_or_default();
        let argument = items.get(index).copied();
        argument.ok_or_else(|| self.damaged("a function has too few arguments"))
    }
}
