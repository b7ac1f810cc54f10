//! The stack machine that pickles are written for (Python's `pickletools` describes every instruction).

use std::collections::HashMap;

use super::cursor::{Cursor, damaged};
use super::global;
use super::{Heap, Refusal, Value};
use crate::error::{Location, Problem, codes};

/// The most instructions run and items copied for one pickle. A checkpoint takes about forty for each of its tensors.
pub(super) const LIMIT: usize = 2_000_000;

/// The newest protocol that is read.
const PROTOCOL: u8 = 5;

/// Reads one pickle.
#[derive(Debug)]
pub(crate) struct Machine<'a> {
    pub(super) cursor: Cursor<'a>,
    pub(super) heap: Heap,
    /// Where the instruction that is being read stands.
    pub(super) at: usize,
    stack: Vec<Value>,
    /// Heights of the stack at each open mark.
    marks: Vec<usize>,
    memo: HashMap<u64, Value>,
    work: usize,
}

impl<'a> Machine<'a> {
    /// A machine that reads what stands between two places of a file.
    pub fn new(file: &'a [u8], start: usize, end: usize) -> Machine<'a> {
        let end = end.min(file.len());
        Machine {
            cursor: Cursor {
                file,
                position: start.min(end),
                end,
            },
            heap: Heap::default(),
            at: start,
            stack: Vec::new(),
            marks: Vec::new(),
            memo: HashMap::new(),
            work: 0,
        }
    }

    /// Reads up to the end of the pickle: its value, where everything is kept, and where the pickle ends.
    pub fn run(mut self) -> Result<(Value, Heap, usize), Refusal> {
        loop {
            self.charge(1)?;
            self.at = self.cursor.position;
            let opcode = self.cursor.byte()?;
            if opcode == b'.' {
                let value = self.pop()?;
                return Ok((value, self.heap, self.cursor.position));
            }
            self.step(opcode)?;
        }
    }

    fn step(&mut self, opcode: u8) -> Result<(), Refusal> {
        match opcode {
            // Protocol and framing, which a reader of whole files has no use for.
            0x80 => self.protocol()?,
            0x95 => _ = self.cursor.array::<8>()?,
            // The stack.
            b'(' => self.marks.push(self.stack.len()),
            b'0' => _ = self.pop()?,
            b'1' => _ = self.pop_mark()?,
            b'2' => {
                let top = self.top()?;
                self.stack.push(top);
            }
            // The memo.
            b'q' => {
                let key = self.cursor.byte()?;
                self.remember(u64::from(key))?;
            }
            b'r' => {
                let key = u32::from_le_bytes(self.cursor.array()?);
                self.remember(u64::from(key))?;
            }
            0x94 => self.remember(self.memo.len() as u64)?,
            b'h' => {
                let key = self.cursor.byte()?;
                self.recall(u64::from(key))?;
            }
            b'j' => {
                let key = u32::from_le_bytes(self.cursor.array()?);
                self.recall(u64::from(key))?;
            }
            // Names and what they build.
            b'c' => {
                let (module, name) = (self.cursor.line()?, self.cursor.line()?);
                self.global(module, name)?;
            }
            0x93 => self.stack_global()?,
            b'R' | 0x81 => self.reduce()?,
            b'b' => self.build()?,
            b'Q' => self.persistent()?,
            _ => return self.step_value(opcode),
        }
        Ok(())
    }

    /// Instructions that make containers or put into them.
    fn step_value(&mut self, opcode: u8) -> Result<(), Refusal> {
        let value = match opcode {
            b']' | b')' => self.heap.list(Vec::new()),
            b'}' => self.heap.dict(Vec::new()),
            b'l' | b't' => {
                let items = self.pop_mark()?;
                self.heap.list(items)
            }
            b'd' => {
                let items = self.pop_mark()?;
                let entries = self.pairs(items)?;
                self.heap.dict(entries)
            }
            0x85..=0x87 => {
                let mut items = Vec::new();
                for _ in 0..=opcode - 0x85 {
                    items.insert(0, self.pop()?);
                }
                self.heap.list(items)
            }
            0x8f => Value::Opaque,
            0x91 => {
                self.pop_mark()?;
                Value::Opaque
            }
            b'a' => {
                let item = self.pop()?;
                return self.append(vec![item]);
            }
            b'e' | 0x90 => {
                let items = self.pop_mark()?;
                return self.append(items);
            }
            b's' => {
                let value = self.pop()?;
                let key = self.pop()?;
                return self.set_items(vec![key, value]);
            }
            b'u' => {
                let items = self.pop_mark()?;
                return self.set_items(items);
            }
            _ => self.constant(opcode)?,
        };
        self.stack.push(value);
        Ok(())
    }

    fn protocol(&mut self) -> Result<(), Refusal> {
        match self.cursor.byte()? {
            0..=PROTOCOL => Ok(()),
            found => Err(
                Problem::new(codes::PICKLE_OPCODE, "the pickle is of a newer protocol")
                    .at(Location::Byte(self.at as u64))
                    .found(found)
                    .expected(format!("at most {PROTOCOL}"))
                    .help(CONVERT)
                    .into(),
            ),
        }
    }

    /// Looks a name up among those that are allowed.
    fn global(&mut self, module: &str, name: &str) -> Result<(), Refusal> {
        let Some(global) = global::find(module, name) else {
            return Err(self.unknown_global(module, name));
        };
        self.stack.push(Value::Global(global));
        Ok(())
    }

    fn stack_global(&mut self) -> Result<(), Refusal> {
        let (name, module) = (self.pop()?, self.pop()?);
        let (Value::Text(module), Value::Text(name)) = (module, name) else {
            return Err(self.damaged("a name is not a text"));
        };
        let file = self.cursor.file;
        self.global(module.text(file), name.text(file))
    }

    fn reduce(&mut self) -> Result<(), Refusal> {
        let arguments = self.pop()?;
        let function = self.pop()?;
        let (Value::Global(function), Value::List(_)) = (function, arguments) else {
            return Err(self.damaged("what is called is no function, or its arguments are no tuple"));
        };
        let value = self.call(function, arguments)?;
        self.stack.push(value);
        Ok(())
    }

    /// Sets attributes, which dictionaries and tensors have none of that matter.
    fn build(&mut self) -> Result<(), Refusal> {
        self.pop()?;
        match self.top()? {
            Value::Dict(_) | Value::Tensor(_) | Value::Opaque => Ok(()),
            other => Err(self.damaged(&format!("attributes are set on {}", other.kind()))),
        }
    }

    fn persistent(&mut self) -> Result<(), Refusal> {
        let id = self.pop()?;
        let storage = self.storage(id)?;
        self.stack.push(storage);
        Ok(())
    }

    fn append(&mut self, items: Vec<Value>) -> Result<(), Refusal> {
        match self.top()? {
            Value::List(row) => self.heap.lists[row].extend(items),
            Value::Opaque => {}
            other => return Err(self.damaged(&format!("items are put into {}", other.kind()))),
        }
        Ok(())
    }

    fn set_items(&mut self, items: Vec<Value>) -> Result<(), Refusal> {
        let entries = self.pairs(items)?;
        match self.top()? {
            Value::Dict(row) => self.heap.dicts[row].extend(entries),
            Value::Opaque => {}
            other => return Err(self.damaged(&format!("entries are put into {}", other.kind()))),
        }
        Ok(())
    }

    fn pairs(&self, items: Vec<Value>) -> Result<Vec<(Value, Value)>, Refusal> {
        let (pairs, rest) = items.as_chunks::<2>();
        match rest {
            [] => Ok(pairs.iter().map(|[key, value]| (*key, *value)).collect()),
            _ => Err(self.damaged("a key has no value")),
        }
    }

    /// Counts work that an instruction causes.
    pub(super) fn charge(&mut self, amount: usize) -> Result<(), Refusal> {
        self.work = self.work.saturating_add(amount);
        if self.work <= LIMIT {
            return Ok(());
        }
        Err(
            Problem::new(codes::PICKLE_LIMIT, "the pickle has too many instructions")
                .at(Location::Byte(self.at as u64))
                .expected(format!("at most {LIMIT}"))
                .help(CONVERT)
                .into(),
        )
    }

    pub(super) fn damaged(&self, what: &str) -> Refusal {
        damaged(self.at, what)
    }

    fn pop(&mut self) -> Result<Value, Refusal> {
        self.top()?;
        self.stack.pop().ok_or_else(|| self.damaged("the stack is empty"))
    }

    /// The topmost value above the last mark.
    fn top(&self) -> Result<Value, Refusal> {
        let floor = self.marks.last().copied().unwrap_or_default();
        let above = self.stack.get(floor..).unwrap_or_default();
        above
            .last()
            .copied()
            .ok_or_else(|| self.damaged("the stack is empty"))
    }

    /// What lies above the last mark.
    fn pop_mark(&mut self) -> Result<Vec<Value>, Refusal> {
        let mark = self.marks.pop().ok_or_else(|| self.damaged("there is no mark"))?;
        Ok(self.stack.split_off(mark.min(self.stack.len())))
    }

    fn remember(&mut self, key: u64) -> Result<(), Refusal> {
        let value = self.top()?;
        self.memo.insert(key, value);
        Ok(())
    }

    fn recall(&mut self, key: u64) -> Result<(), Refusal> {
        let value = self.memo.get(&key).copied();
        let value = value.ok_or_else(|| self.damaged("a value is used before it is made"))?;
        self.stack.push(value);
        Ok(())
    }

    fn unknown_global(&self, module: &str, name: &str) -> Refusal {
        let full: String = format!("{module}.{name}").chars().take(120).collect();
        Problem::new(
            codes::PICKLE_GLOBAL,
            format!("the pickle uses `{full}`, which is not loaded"),
        )
        .at(Location::Byte(self.at as u64))
        .found(full)
        .expected("tensors, dictionaries, lists, texts and numbers only")
        .help(CONVERT)
        .into()
    }

    pub(super) fn unknown_opcode(&self, opcode: u8) -> Refusal {
        Problem::new(
            codes::PICKLE_OPCODE,
            "the pickle has an instruction that is not read",
        )
        .at(Location::Byte(self.at as u64))
        .found(match opcode.is_ascii_graphic() {
            true => format!("`{}`", char::from(opcode)),
            false => format!("{opcode:#04x}"),
        })
        .expected("what torch.save writes with protocol 2 or newer")
        .help(CONVERT)
        .into()
    }
}

/// How to mend what is not read.
pub(super) const CONVERT: &str = "if you trust the file, load it in Python and write its tensors with \
                                  `safetensors.torch.save_file`, or its model with `save_pretrained`";
