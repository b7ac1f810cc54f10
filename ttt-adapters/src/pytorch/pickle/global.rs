//! The names that a pickle may use: a subset of what torch's own `weights_only` loader allows.

use crate::tensor::Dtype;

/// What an allowed name stands for.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Global {
    /// A dictionary class.
    Dict,
    /// `torch._utils._rebuild_tensor` and its second version: storage, offset, shape, strides, …
    RebuildTensor,
    /// `torch._utils._rebuild_tensor_v3`: the same with the dtype as the seventh argument.
    RebuildTyped,
    /// `torch._utils._rebuild_parameter`: the tensor is the first argument.
    RebuildParameter,
    /// `torch._tensor._rebuild_from_type_v2`: a function, a class, the function's arguments, a state.
    RebuildFromType,
    /// A class of storages.
    Storage(Element),
    /// A dtype.
    Dtype(Element),
    /// `torch.Size`: the tuple that is its argument.
    Size,
    /// A class or function whose results hold no tensors.
    Opaque,
}

/// How the numbers of a storage are stored.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Element {
    /// torch's name of the dtype.
    pub name: &'static str,
    /// Bytes per number.
    pub size: usize,
    /// Ours; `None` when such numbers are not read.
    pub dtype: Option<Dtype>,
}

/// The name, where it is allowed.
pub(super) fn find(module: &str, name: &str) -> Option<Global> {
    let module = match module {
        "__builtin__" => "builtins", // Python 2
        other => other,
    };
    if module == "torch"
        && let Some(element) = element(name)
    {
        return Some(Global::Dtype(element));
    }
    ALLOWED
        .iter()
        .find(|(allowed_module, allowed, _)| (*allowed_module, *allowed) == (module, name))
        .map(|(_, _, global)| *global)
}

/// The dtype of this name.
fn element(name: &str) -> Option<Element> {
    DTYPES.iter().find(|element| element.name == name).copied()
}

const fn read(name: &'static str, dtype: Dtype, size: usize) -> Element {
    Element {
        name,
        size,
        dtype: Some(dtype),
    }
}

const fn unread(name: &'static str, size: usize) -> Element {
    Element {
        name,
        size,
        dtype: None,
    }
}

const F64: Element = read("float64", Dtype::F64, 8);
const F32: Element = read("float32", Dtype::F32, 4);
const F16: Element = read("float16", Dtype::F16, 2);
const BF16: Element = read("bfloat16", Dtype::Bf16, 2);
const I64: Element = read("int64", Dtype::I64, 8);
const I32: Element = read("int32", Dtype::I32, 4);
const I16: Element = read("int16", Dtype::I16, 2);
const I8: Element = read("int8", Dtype::I8, 1);
const U8: Element = read("uint8", Dtype::U8, 1);
const BOOL: Element = read("bool", Dtype::Bool, 1);
const COMPLEX64: Element = unread("complex64", 8);
const COMPLEX128: Element = unread("complex128", 16);

const DTYPES: &[Element] = &[
    F64,
    F32,
    F16,
    BF16,
    I64,
    I32,
    I16,
    I8,
    U8,
    BOOL,
    COMPLEX64,
    COMPLEX128,
    unread("uint16", 2),
    unread("uint32", 4),
    unread("uint64", 8),
    unread("float8_e4m3fn", 1),
    unread("float8_e4m3fnuz", 1),
    unread("float8_e5m2", 1),
    unread("float8_e5m2fnuz", 1),
    unread("float8_e8m0fnu", 1),
    unread("float4_e2m1fn_x2", 1),
];

/// Module, name and what it stands for; the dtypes of [`DTYPES`] are allowed too.
pub(super) const ALLOWED: &[(&str, &str, Global)] = &[
    ("collections", "OrderedDict", Global::Dict),
    ("builtins", "dict", Global::Dict),
    ("torch._utils", "_rebuild_tensor", Global::RebuildTensor),
    ("torch._utils", "_rebuild_tensor_v2", Global::RebuildTensor),
    ("torch._utils", "_rebuild_tensor_v3", Global::RebuildTyped),
    ("torch._utils", "_rebuild_parameter", Global::RebuildParameter),
    (
        "torch._utils",
        "_rebuild_parameter_with_state",
        Global::RebuildParameter,
    ),
    ("torch._tensor", "_rebuild_from_type_v2", Global::RebuildFromType),
    ("torch", "DoubleStorage", Global::Storage(F64)),
    ("torch", "FloatStorage", Global::Storage(F32)),
    ("torch", "HalfStorage", Global::Storage(F16)),
    ("torch", "BFloat16Storage", Global::Storage(BF16)),
    ("torch", "LongStorage", Global::Storage(I64)),
    ("torch", "IntStorage", Global::Storage(I32)),
    ("torch", "ShortStorage", Global::Storage(I16)),
    ("torch", "CharStorage", Global::Storage(I8)),
    ("torch", "ByteStorage", Global::Storage(U8)),
    ("torch", "BoolStorage", Global::Storage(BOOL)),
    ("torch", "ComplexFloatStorage", Global::Storage(COMPLEX64)),
    ("torch", "ComplexDoubleStorage", Global::Storage(COMPLEX128)),
    // Untyped storages count bytes; whoever sees them says the dtype.
    ("torch", "UntypedStorage", Global::Storage(U8)),
    ("torch.storage", "UntypedStorage", Global::Storage(U8)),
    ("torch.storage", "_UntypedStorage", Global::Storage(U8)),
    ("torch", "Size", Global::Size),
    ("torch", "device", Global::Opaque),
    ("torch", "Tensor", Global::Opaque),
    ("torch.nn.parameter", "Parameter", Global::Opaque),
    ("torch.serialization", "_get_layout", Global::Opaque),
    ("collections", "Counter", Global::Opaque),
    ("_codecs", "encode", Global::Opaque),
    ("builtins", "bytearray", Global::Opaque),
    ("builtins", "complex", Global::Opaque),
    ("builtins", "set", Global::Opaque),
    ("builtins", "frozenset", Global::Opaque),
];
