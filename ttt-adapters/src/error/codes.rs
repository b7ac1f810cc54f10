//! The one table of codes: `A0xx` files and formats, `A1xx` safetensors, `A2xx` shards, `A3xx` configurations,
//! `A4xx` weights, `A5xx` params.

ttt_dsl::codes! {
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
    UNSUPPORTED_WEIGHTS "A008" "weights in a format that is not read"
        "Weights are read from safetensors. Pickled PyTorch files can run code when they are opened, so they are not."
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
}

#[cfg(test)]
mod tests {
    use super::TABLE;

    #[test]
    fn ids_ascend_and_so_are_unique() {
        assert!(TABLE.windows(2).all(|pair| pair[0].id < pair[1].id));
    }
}
