//! Numbers and texts that stand in the pickle itself.

use super::machine::Machine;
use super::{Refusal, Value};

impl Machine<'_> {
    /// Instructions that push what follows them.
    pub(super) fn constant(&mut self, opcode: u8) -> Result<Value, Refusal> {
        let cursor = &mut self.cursor;
        Ok(match opcode {
            b'N' => Value::None,
            0x88 => Value::Bool(true),
            0x89 => Value::Bool(false),
            b'J' => Value::Int(i64::from(i32::from_le_bytes(cursor.array()?))),
            b'K' => Value::Int(i64::from(cursor.byte()?)),
            b'M' => Value::Int(i64::from(u16::from_le_bytes(cursor.array()?))),
            0x8a => {
                let length = cursor.byte()?;
                self.long(u64::from(length))?
            }
            0x8b => {
                let length = u32::from_le_bytes(cursor.array()?);
                self.long(u64::from(length))?
            }
            b'G' => {
                cursor.array::<8>()?;
                Value::Opaque
            }
            b'X' => {
                let length = u32::from_le_bytes(cursor.array()?);
                Value::Text(cursor.text(u64::from(length))?)
            }
            0x8c => {
                let length = cursor.byte()?;
                Value::Text(cursor.text(u64::from(length))?)
            }
            0x8d => {
                let length = u64::from_le_bytes(cursor.array()?);
                Value::Text(cursor.text(length)?)
            }
            // Texts of Python 2, where they are ASCII.
            b'U' | b'C' => {
                let length = cursor.byte()?;
                self.bytes(u64::from(length), opcode == b'U')?
            }
            b'T' | b'B' => {
                let length = u32::from_le_bytes(cursor.array()?);
                self.bytes(u64::from(length), opcode == b'T')?
            }
            0x8e | 0x96 => {
                let length = u64::from_le_bytes(cursor.array()?);
                self.bytes(length, false)?
            }
            _ => return Err(self.unknown_opcode(opcode)),
        })
    }

    fn long(&mut self, length: u64) -> Result<Value, Refusal> {
        let span = self.cursor.span(length)?;
        let bytes = span.bytes(self.cursor.file);
        if bytes.len() > 8 {
            return Ok(Value::BigInt(span));
        }
        let is_negative = bytes.last().is_some_and(|byte| byte & 0x80 != 0);
        let mut extended = [if is_negative { 0xff } else { 0 }; 8];
        extended[..bytes.len()].copy_from_slice(bytes);
        Ok(Value::Int(i64::from_le_bytes(extended)))
    }

    fn bytes(&mut self, length: u64, is_text: bool) -> Result<Value, Refusal> {
        let span = self.cursor.span(length)?;
        Ok(match is_text && span.bytes(self.cursor.file).is_ascii() {
            true => Value::Text(span),
            false => Value::Opaque,
        })
    }
}
