//! The one table of codes: `A0xx` files and formats, `A1xx` safetensors, `A2xx` shards, `A3xx` configurations,
//! `A4xx` weights, `A5xx` params, `A6xx` GGUF, `A7xx` PyTorch files, `A8xx` the store and the hub,
//! `A9xx` tokenizers and chat templates.

use std::fmt;

use serde::{Serialize, Serializer};

/// A row of the table.
#[derive(Clone, Copy, Debug)]
pub struct Code {
    /// `A101`
    pub id: &'static str,
    /// A few words.
    pub title: &'static str,
    /// One paragraph: what the rule is and why it is one.
    pub explanation: &'static str,
}

impl PartialEq for Code {
    fn eq(&self, other: &Code) -> bool {
        self.id == other.id
    }
}

impl Eq for Code {}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.id)
    }
}

impl Serialize for Code {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.id)
    }
}

/// The row with this id.
pub fn find(id: &str) -> Option<Code> {
    TABLE
        .iter()
        .find(|code| code.id.eq_ignore_ascii_case(id))
        .copied()
}

/// A macro, so that a row is written once and gives both a name to use and an entry to list.
macro_rules! table {
    ($($name:ident $id:literal $title:literal $explanation:literal)*) => {
        $(#[doc = concat!($id, ": ", $title, ". ", $explanation)]
        pub const $name: Code = Code { id: $id, title: $title, explanation: $explanation };)*

        /// Every code, in order.
        pub static TABLE: &[Code] = &[$($name),*];
    };
}

table! {
    NOT_FOUND "A001" "not there"
        "A file or directory that was named, or that a format needs, does not exist."
    UNREADABLE "A002" "cannot be read or written"
        "The operating system refused. The message says why."
    UNKNOWN_FORMAT "A003" "unknown format"
        "No registered format recognises the file by its contents. A format of your own can be registered."
    UNKNOWN_MODEL "A004" "unknown model"
        "No registered model answers to this name or `model_type`. A schema of your own can be registered."
    UNKNOWN_HEAD "A005" "unknown head"
        "The file asks for a head that the model does not have, or you did."
    INVALID_SCHEMA "A006" "invalid schema"
        "The schema does not parse or does not pass the checker."
    NOT_JSON "A007" "not JSON"
        "A JSON file breaks off or is not JSON."
    NO_WEIGHTS "A009" "no weights"
        "There is a configuration but no weights beside it: the model can be built, and starts from fresh numbers."
    NO_TABLE "A010" "the model has no table for this format"
        "A schema says in `config` and `weights` tables how a format fills it; this one has none for this format."

    TOO_SHORT "A101" "not a safetensors file"
        "A safetensors file begins with eight bytes that give the length of its header; this file is shorter."
    HEADER_LENGTH "A102" "the header does not end in the file"
        "The first eight bytes give a header length that goes past the end of the file. The file is cut off, or is not \
         safetensors at all."
    HEADER_JSON "A103" "the header is not JSON"
        "The header must be one JSON object of tensor names."
    DUPLICATE_TENSOR "A104" "a name stands twice"
        "Two tensors of one file have the same name, so neither can be meant."
    HEADER_ENTRY "A105" "a tensor's description is malformed"
        "Every tensor has a `dtype`, a `shape` of whole numbers and `data_offsets` of two ascending whole numbers."
    UNKNOWN_DTYPE "A106" "unknown dtype"
        "The tensor's numbers are stored in a way that is not read here."
    BYTE_COUNT "A107" "shape and bytes disagree"
        "The bytes that the offsets span are not what the shape and the dtype need."
    TRUNCATED "A108" "the file is cut off"
        "The header promises more bytes than the file has. Most often a download was interrupted."
    OVERLAP "A109" "tensors overlap"
        "Two tensors claim the same bytes. safetensors forbids it, and reading either would be a guess."
    GAP "A110" "bytes that belong to nobody"
        "Between two tensors, or after the last one, there are bytes that no tensor claims. safetensors forbids it, since \
         anything could hide there."
    NO_SUCH_TENSOR "A111" "no tensor of this name"
        "A tensor was asked for that the file does not have."

    INDEX "A201" "the shard index is malformed"
        "`model.safetensors.index.json` holds an object `weight_map` from tensor names to file names beside it."
    MISSING_SHARD "A202" "a shard is missing"
        "The index names a file that is not there."
    SHARD_LACKS "A203" "a tensor is not in its shard"
        "The index says that a tensor is in a file, and it is not."
    SHARD_UNLISTED "A204" "a tensor is not in the index"
        "A shard holds a tensor that the index does not name."

    CONFIG_KIND "A301" "a value of another kind"
        "The configuration gives a param a value of another kind than it takes."
    CONFIG_EXPECT "A302" "the schema does not say this"
        "The configuration asks for a computation that the schema does not describe. Loading it all the same would give \
         wrong numbers."
    CONFIG_UNKNOWN "A303" "a key that nothing reads"
        "The configuration has a key that the schema neither reads nor knows to be harmless."
    CONFIG_ABSENT "A304" "no source has a value"
        "None of the keys that could give a param its value is there, and the schema names no fallback."
    CONFIG_CLASS "A305" "no class named"
        "The configuration does not say which head the checkpoint was saved with."
    CONFIG_EXPRESSION "A306" "an expression has no value"
        "A fallback in the config table cannot be evaluated with the values at hand."

    MISSING_TENSOR "A401" "a tensor is missing"
        "The model has a tensor that the checkpoint does not fill."
    REFUSED_TENSOR "A402" "a tensor that nothing takes"
        "The checkpoint has a tensor that the schema does not know. Loading without it would silently give another model."
    TENSOR_SHAPE "A403" "another shape"
        "A tensor of the checkpoint has another shape than the model needs with these params."
    UNEQUAL "A404" "two tensors should be equal"
        "The checkpoint has both a tensor and another one that the schema says shares its storage, and they differ. \
         Dropping either would give another model."
    NO_SUCH_PATH "A405" "the model has no such tensor"
        "A tensor was asked for that the model does not have."
    FUSED_PARTS "A406" "a fused tensor with parts missing"
        "A fused tensor fills several parts, and not all of them are built."
    ROTARY "A407" "the rotary permutation cannot be derived"
        "The source pairs rotary dimensions differently, and the schema's forward does not show which linear maps feed \
         `rotate`."
    TENSOR_DTYPE "A408" "another dtype"
        "The tensors that are stored as one have different dtypes, or a step needs real numbers and finds whole ones."
    NO_ENTRY "A409" "the weights table does not name a tensor"
        "A tensor of the model has no entry in the weights table, so the format cannot store it."

    INVALID_PARAMS "A501" "params that do not make a model"
        "The values do not satisfy the schema's requirements."
    UNSOLVED "A502" "a param that the file does not tell"
        "The file has shapes but no configuration, and this param does not show in any shape."
    AMBIGUOUS "A503" "several models fit"
        "The file's tensors fit more than one registered model."
    NO_MODEL_FITS "A504" "no model fits"
        "The file's tensors fit none of the registered models."
    ASSUMED "A505" "taken from the model's defaults"
        "The file does not tell these params, and they do not show in any shape."
    SETTING "A506" "a setting that cannot be used"
        "A `name=value` names no param of the model, or gives it a value of another kind."

    GGUF_MAGIC "A601" "not a GGUF file"
        "A GGUF file begins with the four letters GGUF."
    GGUF_VERSION "A602" "a version that is not read"
        "Versions 1 to 3 of GGUF are read, as little-endian files."
    GGUF_COUNT "A603" "a count that cannot be"
        "The header counts more keys, list items or tensors than the rest of the file can hold, or than any model has. \
         It is refused before memory is taken for them."
    GGUF_ENDS "A604" "the file ends early"
        "The header promises more bytes than the file has. Most often a download was interrupted."
    GGUF_VALUE "A605" "a malformed value"
        "Keys and names of tensors are UTF-8, kinds are numbers from 0 to 12, truth values are 0 or 1, and lists are \
         not nested without end."
    GGUF_DUPLICATE "A606" "a name stands twice"
        "Two keys or two tensors of one file have the same name, so neither can be meant."
    GGUF_ALIGNMENT "A607" "a malformed alignment"
        "Tensors begin at multiples of `general.alignment`, which is a power of two; 32 when it is not said."
    GGUF_SHAPE "A608" "a malformed shape"
        "Tensors have at most four dimensions, their size can be addressed, and their rows are whole blocks of their type."
    GGUF_OFFSET "A609" "a malformed offset"
        "Every tensor begins at a multiple of the alignment, counted from the end of the header."
    GGUF_OVERLAP "A610" "tensors overlap"
        "Two tensors claim the same bytes, and reading either would be a guess."
    GGUF_TYPE "A611" "a type of tensor that is not read"
        "The tensor is stored in a way that is unknown, or known by its size only. Other tensors of the file can be read."
    GGUF_KEY "A612" "a key is missing or of another kind"
        "A key of the metadata that is needed is not there, or does not hold what it should."
    GGUF_SEVERAL "A613" "several files"
        "A directory with several GGUF files, often one model in several sizes, does not say which is meant."
    GGUF_WRITE "A614" "cannot be written as GGUF"
        "The format has no way to say something of the model, and a file without it would be another model."
    GGUF_TOKENIZER "A615" "a tokenizer that GGUF does not have"
        "GGUF holds byte-level BPE, WordPiece and SentencePiece tokenizers, with as many tokens as the model has."

    PICKLE_GLOBAL "A701" "a pickle names what is not loaded"
        "A PyTorch file holds a pickle, which is a program that can import and call anything. It is read here without \
         running it, and only the few names that tensors in dictionaries need are known."
    PICKLE_OPCODE "A702" "an instruction that is not read"
        "The pickle has an instruction, or is of a protocol, that torch.save does not write."
    PICKLE_DAMAGED "A703" "a damaged pickle"
        "The pickle breaks off, or its instructions make no sense one after the other."
    PICKLE_LIMIT "A704" "a pickle that is too large"
        "The pickle has far more instructions, entries or nesting than a checkpoint needs, so it is not read to its end."
    PYTORCH_ARCHIVE "A705" "not a file of torch.save"
        "torch.save writes a zip archive of uncompressed entries with a pickle among them, and before version 1.6 a run of \
         pickles with the numbers behind them."
    PYTORCH_STORAGE "A706" "numbers that are missing"
        "The pickle refers to numbers that are not in the file, or not as many as it says."
    PYTORCH_VIEW "A707" "a tensor outside its numbers"
        "A tensor's offset, shape and strides reach beyond the numbers it is a view of, or repeat them more often than the \
         file is long."
    NO_STATE_DICT "A708" "no state dict"
        "What was saved is not a dictionary of tensors, and holds none under a usual name."

    NOWHERE "A801" "neither here nor on the hub"
        "A model is named by a path, by a name in the store, or by org/name on the hub, in this order. The text is none of \
         these."
    MODEL_NAME "A802" "a name that cannot be stored"
        "A stored model is a folder of this name, so the name is one plain file name: letters, digits, dots, dashes and \
         underscores."
    NAME_TAKEN "A803" "a name that is taken"
        "The store has a model of this name, and one is not written over another."
    MANIFEST "A804" "a damaged note"
        "The file in which the store notes what it knows of a model cannot be understood."
    NO_MANIFEST "A805" "nothing was noted"
        "The model was not put into the store by adding it, so there is nothing to compare its files with."
    NOT_OURS "A806" "not the store's to remove"
        "Only what lies in the store is removed by it."
    HUB_UNREACHABLE "A811" "the hub cannot be reached"
        "The connection to the hub was not made, or broke again and again."
    HUB_OFFLINE "A812" "the hub may not be asked"
        "`HF_HUB_OFFLINE` is set, and the model is not here."
    HUB_REFUSED "A813" "the hub does not give it out"
        "The model is private, access to it must be granted, or there is none: the hub does not tell these apart."
    HUB_ABSENT "A814" "the hub does not have it"
        "There is no such model, revision or file."
    HUB_CHOICE "A815" "several to choose from"
        "The repository has several files each of which is a model by itself."
    HUB_BROKEN "A816" "an answer that makes no sense"
        "What the hub answered is not what it answers, or a file did not arrive as it was sent."

    NO_TOKENIZER "A901" "no tokenizer"
        "None of the files that hold a tokenizer is there, or none of its keys."
    TOKENIZER "A902" "a malformed tokenizer"
        "A file of a tokenizer does not say what it must, or contradicts itself."
    TOKENIZER_KIND "A903" "a tokenizer that is not read"
        "The tokenizer is of a kind, or splits words in a way, that is not known here. Guessing would give wrong ids."
    TOKEN_IDS "A904" "ids that are not a vocabulary"
        "Every token has its own id, and ids are not much higher than there are tokens."
    MERGES "A905" "merges that do not fit the vocabulary"
        "A merge joins two tokens of the vocabulary to a third."
    TEXT "A906" "a text that cannot be encoded"
        "The vocabulary cannot say the text, and has no token for what it cannot say."
    TOKEN_ID "A907" "no such token"
        "An id was to be decoded that the vocabulary does not have."
    PADDING "A908" "rows that cannot be made equal"
        "Rows of a batch are filled up to one length with a token that the tokenizer names."
    TRUNCATION "A909" "texts that cannot be cut"
        "What remains must hold the special tokens and something of the text."
    TRAINING "A910" "a tokenizer cannot be trained"
        "Training needs text, and a vocabulary with room for the characters or bytes in it."
    CHAT_TEMPLATE "A911" "a malformed chat template"
        "A chat template is a Jinja template, or a list of them with names."
    CHAT_RENDER "A912" "a chat template refuses"
        "The template raised an error for these messages, ran too long, or grew too large."
}

#[cfg(test)]
mod tests {
    use super::TABLE;

    #[test]
    fn ids_ascend_and_so_are_unique() {
        assert!(TABLE.windows(2).all(|pair| pair[0].id < pair[1].id));
    }
}
