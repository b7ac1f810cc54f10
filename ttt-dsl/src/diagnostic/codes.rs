//! The one table of codes: `T0xx` syntax, `T1xx` names, `T2xx` params, kinds and arity, `T3xx` shapes and element types,
//! `T4xx` requires and presets, `T5xx` ties, heads and `extends`, `T6xx` config tables, `T7xx` weights tables,
//! `T8xx` checkpoints, `T9xx` transforms.

crate::codes! {
    LEXICAL "T001" "not readable as tokens"
        "The text cannot be cut into tokens: a bracket or a quote is left open, or a character belongs to no token. \
         The language's tokens are Rust's."
    UNEXPECTED "T002" "unexpected token"
        "The grammar wants something else here. The message names what was found and what may stand in its place."
    MISSING "T003" "unfinished"
        "The text ends in the middle of something, as in `attn: ;`. What is complete around it is still checked."
    UNKNOWN_ITEM "T004" "unknown item"
        "What stands between the braces of a source, block, model, head or table begins with a word of a small set. \
         Nothing unknown is skipped, since a misspelt line would silently change the architecture."
    NOT_A_NAME "T005" "not usable as a name"
        "Parts, params and heads become Rust fields and functions, and their names segments of tensor paths, so words \
         that Rust keeps for itself cannot name them."
    ORDER "T006" "positional after named"
        "Positional arguments come first, named ones after them."
    NUMBER "T007" "not a number of the language"
        "Whole numbers are 64 bits wide and signed; other numbers are finite and 64 bits wide. Neither takes a suffix."
    REPEATED "T008" "said twice"
        "A block, model or head has one `forward`; a head has one `loss`; an option is given once. A second one would \
         silently win over the first."
    TOML "T009" "not TOML"
        "The file is not valid TOML, so none of it can be read as a schema."
    TOML_VALUE "T010" "wrong kind of TOML value"
        "A key of the TOML spelling holds a table, a list, a text, a number or a boolean; the message says which one \
         belongs here."
    TOML_KEY "T011" "unknown TOML key"
        "Nothing unknown is skipped, since a misspelt key would silently change the architecture."
    TOO_DEEP "T012" "too deep"
        "Brackets stand at most 64 deep, an expression has at most 256 operators, and a model at most 65536 parts, each \
         repetition counted once, so that nothing that reads a schema runs out of stack or time. No architecture comes \
         near these limits."

    DUPLICATE "T101" "declared twice"
        "Names are unique per kind of item, and within a body params, lets and parts share one name space: a field, a \
         path segment and a symbol cannot mean two things."
    STANDARD_NAME "T102" "a standard name"
        "A source cannot redeclare what the standard library declares, so that a name means the same in every source."
    UNKNOWN_NAME "T103" "unknown name"
        "A static expression names params, lets declared before it, the index of a repeated part and, where an \
         enumeration is expected, its variants."
    UNKNOWN_CALLEE "T104" "unknown block or leaf"
        "A part is a standard block or leaf, one of this source, or a param of kind `Block`."
    UNKNOWN_KIND "T105" "unknown kind"
        "A param is a `Dim`, `Int`, `Float`, `Bool` or `Block`, or a variant of an enumeration."
    UNKNOWN_VARIANT "T106" "unknown variant"
        "An enumeration has the variants it declares. Foreign spellings are for configurations; the language uses the \
         variants' own names."
    UNKNOWN_VALUE "T107" "unknown value"
        "A `forward` names its inputs, its lets, the body's parts, params and static lets, and the names its \
         signature binds."
    UNKNOWN_FUNCTION "T108" "unknown function"
        "A `forward` calls parts of its own body and standard functions; static expressions call static functions."
    UNKNOWN_TENSOR "T109" "unknown tensor"
        "`part.tensor` names a tensor that the part's leaf declares."
    RECURSION "T110" "a block within itself"
        "A block that contains itself has no end; repetition is written `[Block(…); count]`."
    UNUSED "T111" "never used"
        "A part that no computation uses still has tensors, is trained and loaded, and changes nothing; most often the \
         call was forgotten. This is a warning."
    OWN_FUNCTION "T112" "a function of one's own"
        "Functions are operations of the runtime, so only the standard library declares them. What a model computes \
         itself is a block; what it computes in Rust is a leaf."
    NO_RUST_PATH "T113" "no Rust path"
        "A leaf of one's own is a module written in Rust, and says which: `leaf Gate(dim) = crate::Gate { … }`."

    MISSING_ARGUMENT "T201" "missing argument"
        "A call gives every param that has no default and every input that has none."
    ARGUMENT_COUNT "T202" "too many arguments"
        "Positional arguments fill the params in order of declaration; there is nothing for more of them to fill."
    UNKNOWN_ARGUMENT "T203" "unknown argument"
        "A named argument names a param of the callee, or an axis of the pattern of `rearrange`."
    ARGUMENT_TWICE "T204" "argument given twice"
        "A param takes one value; a second one would silently win over the first."
    KIND "T205" "wrong kind"
        "Every param has a kind. A `Dim` converts to an `Int` and a `Float`, an `Int` to a `Float`, and nothing else \
         converts, so that a number never loses what it says."
    NO_DEFAULT "T206" "no default"
        "Params of models and heads all have defaults, because a model can be built without any argument."
    BLOCK_ARGUMENT "T207" "not a block"
        "A param of kind `Block` takes the name of a block or leaf, perhaps with arguments bound in advance by name."
    NOT_STATIC "T208" "not static"
        "Arguments of parts, conditions and sizes are known when a model is built, so they are made of numbers, params, \
         lets and variants; tensors, texts and lists are not."
    NOT_POSITIVE "T209" "not a size"
        "A `Dim` is a positive whole number: a dimension of size 0 or less holds nothing."
    TOO_LARGE "T210" "number too large"
        "Whole numbers are 64 bits wide and signed."
    DIVISION "T211" "division not known to be exact"
        "`/` on whole numbers is exact, and it must be known to be: by `require a % b == 0`, or because the divisor is \
         a factor as written. Rounding silently would make shapes that do not fit."

    SHAPE "T301" "shapes differ"
        "Shapes are polynomials over params, lets and the names bound by a call. Two dimensions are equal when their \
         normal forms are, under the `require`s of the body; what is equal only for some numbers is not."
    RANK "T302" "wrong number of dimensions"
        "The number of dimensions is part of a type. Only `..` in the signature of a leaf or function takes any."
    BROADCAST "T303" "no broadcasting"
        "Arithmetic aligns shapes at the right; a dimension that is missing or 1 stretches, others must be known to be \
         equal."
    ELEMENT "T304" "wrong element type"
        "A tensor holds floats, whole numbers or truth values, and nothing converts between them by itself."
    NOT_A_TENSOR "T305" "not a tensor"
        "Computations are made of tensors; static numbers only scale and shift them, and several values are first taken \
         apart by `let (a, b) = …`."
    NOT_A_VALUE "T306" "no such operation"
        "A `forward` is made of names, calls, arithmetic, indices, weights and `if`. Comparisons, texts and lists have \
         meaning only in the places the reference gives them."
    REST_IN_BODY "T307" "no fixed number of dimensions"
        "`..` stands first in a type, and only leaves and functions use it: a block's computation has fixed ranks, \
         because the generated code does."
    UNBOUND "T308" "nothing binds this size"
        "A capital name in a signature takes its size from an input in which it stands alone as a dimension."
    INPUT_DEFAULT "T309" "default of an input"
        "An input that is left out is filled with a number."
    TUPLE "T310" "wrong number of values"
        "A pattern in parentheses takes apart as many values as it has names."
    DECLARED "T311" "not of the declared type"
        "A type on a `let` is checked against the value's, and believed afterwards."
    PATTERN "T312" "faulty pattern"
        "The pattern of `rearrange` is einops': every axis once on each side, axes of one dimension in parentheses, \
         and all sizes of a group but one given by name."
    INDEX "T313" "faulty index"
        "There is at most one index per dimension, and what is known to lie outside of the dimension is refused."
    AXIS "T314" "faulty axis"
        "An axis is a written number between minus the number of dimensions and that number minus one; it decides \
         shapes, so it is no param."
    OPTIONAL "T315" "a value that may be missing"
        "An `if` without `else` gives a value that may be missing, which only an output with the same condition takes."
    CONDITIONAL "T316" "exists only under a condition"
        "What is declared `if c` is used only where `c` is known to hold."
    BRANCHES "T317" "branches differ"
        "Both branches of an `if` have one type, so that what follows does not depend on the condition."
    FOLD "T318" "cannot be repeated"
        "A repeated part passes its first input through every copy, so it gives back what it takes."
    NOT_CALLABLE "T319" "not callable"
        "Blocks and leaves with a `forward` are called; a leaf that is a tensor is used by its name."
    PART_AS_VALUE "T320" "a part is no value"
        "Only a leaf that is one tensor stands for a value by its name."
    OUTPUT "T321" "result and signature differ"
        "The signature is a promise: the result has exactly the types it declares, and is missing exactly when it says."
    OUTPUT_COUNT "T322" "wrong number of results"
        "A `forward` gives one value per output of its signature."
    NO_FORWARD "T323" "no forward"
        "Blocks, models and heads say what they compute; only a leaf may be a bare tensor."

    REQUIRE_UNPROVEN "T401" "a condition that is not known to hold"
        "What a callee requires must follow at the call: from the caller's own `require`s after substitution, from \
         arithmetic, or from the conditions around the part. Conditions on Floats are checked when the numbers are known."
    REQUIRE_FALSE "T402" "a condition that does not hold"
        "With what is known here, the condition can never hold."

    PRESET "T403" "a preset that cannot be built"
        "Every preset is built with its numbers: each `require` of each part must hold, each size be positive, each \
         division exact."
    DEFAULTS "T404" "defaults that cannot be built"
        "A model's defaults are built like a preset: each `require` of each part must hold with them."
    UNKNOWN_PARAM "T405" "unknown param"
        "Presets and config tables fill the params of the model and of its heads."
    PRESET_TWICE "T406" "set twice"
        "A preset sets a param once; a second value would silently win over the first."

    UNKNOWN_PATH "T501" "unknown path"
        "A path names a part of the body, then parts of that part, down to a leaf or one of its tensors."
    NOT_TIEABLE "T502" "not tieable"
        "A tie takes away the storage of one tensor that its leaf declares `tieable`, in a direct part of the same body."
    TIE_SHAPE "T503" "tied shapes differ"
        "A tied tensor reads its owner as it is, so the two shapes are the same for every choice of params."
    TIE_CHAIN "T504" "a chain of ties"
        "Every tied tensor has one owner, and every owner has storage, so that optimizers and files see each number once."
    HEAD_INPUT "T505" "not given by the model"
        "A head's inputs are the model's outputs and inputs, by name and with their types."
    HEAD_PARAM "T506" "declared otherwise"
        "The params of a model and of its heads share one name space, since a configuration fills them all; the same \
         name must mean the same everywhere."
    HEAD_NAME "T507" "head and part of one name"
        "A head's tensors stand under its name; a part of the model of the same name would have the same paths."
    UNKNOWN_LOSS "T508" "unknown loss"
        "The losses are the runtime's."
    EXTENDS_UNKNOWN "T509" "unknown model"
        "`extends` names a model of the same source."
    EXTENDS_CIRCLE "T510" "extends itself"
        "A model is copied when it is whole, so no chain of `extends` returns to where it began."
    EDIT_UNKNOWN "T511" "nothing to change"
        "`remove` and `replace` name what the copied model has."
    EDIT_WITHOUT_PARENT "T512" "extends nothing"
        "`remove` and `replace` change a copied model; without `extends` there is none."
    HEAD_FOLD "T513" "cannot be folded"
        "A head's `fold` names a new dimension that the model's inputs carry after their first. It is folded into the \
         first while the model runs, which all inputs and outputs of the model must therefore begin with."
    LOSS_INPUT "T514" "not what the loss takes"
        "A loss reads outputs of its head, by the names that it declares unless others are given, and labels that the \
         caller gives."
    GIVEN "T515" "not given here"
        "`given` marks an input of a head that its caller gives beside the model's; nothing else has such inputs."
    SEES_AHEAD "T516" "sees what it is to learn"
        "A head that learns the next token stands on a model in which no token sees a later one. This is a warning."

    FILLED_TWICE "T601" "filled twice"
        "A param has one entry, whose sources are joined by `or`, or one `keep`."
    SOURCE_KIND "T602" "a source of another kind"
        "`len` counts entries and fills whole numbers; `present` and `absent` ask whether a tensor is there and fill \
         a Bool."
    UNREACHABLE_SOURCE "T603" "never reached"
        "Sources are tried in order, and a value is always there, so nothing after it is ever tried."
    KEY_TWICE "T604" "said twice of one key"
        "A key of a foreign configuration is read, expected or ignored; two of these contradict each other."
    ARCHITECTURE "T605" "faulty architecture"
        "A class name of the format asks for the base or for one of the model's heads."
    UNFILLED "T606" "a param that nothing fills"
        "A config table says of every param where it comes from. What no configuration gives is named after `keep`, so \
         that a default is never taken by accident."

    UNKNOWN_TARGET "T701" "unknown target"
        "A target is a path to a leaf or to one of its tensors; a head's parts stand under its name. `factors(…)` names a \
         part that is a `Rope`."
    NOT_A_LEAF "T702" "not a leaf"
        "A line of a weights table feeds a leaf or one tensor, so that each name in the checkpoint is written out."
    TARGET_INDEX "T703" "faulty index"
        "A repeated part is indexed by a name that `{…}` in the source binds; what is not repeated has no index."
    PLACEHOLDER "T704" "faulty placeholder"
        "`{i}` in a source's name binds an index that the target uses."
    FED_TWICE "T705" "fed twice"
        "A tensor has one source. A second tensor of the checkpoint that must agree with it is written `same(…)`."
    SOURCE_TWICE "T706" "named twice"
        "A tensor of the checkpoint has one line, which says all about it."
    FUSED "T707" "cannot be fused"
        "A fused tensor is split along its first dimension, the output; its slices agree in everything else."
    ALIAS "T708" "an alias for nothing"
        "An alias is another spelling of the last segment of names in this table."
    UNFED "T709" "a tensor that nothing feeds"
        "A weights table feeds every tensor of the model and its heads, or a checkpoint would load with random numbers in \
         it. A tensor that is always tied needs no line."
    LACKS "T710" "faulty `lacks`"
        "After `lacks` stand parts and heads of the model, without indices, that no line of the table feeds: the format has \
         no tensors for them, and a model that has them is written without."
    HEAD_PREFIX "T711" "faulty prefix"
        "A prefix after the table's own belongs to the checkpoints of one head of the model."
    TRANSPOSE "T712" "nothing to transpose"
        "`via transpose` swaps the last two dimensions of a tensor, so one of the tensors that the line feeds has two."

    CHECKPOINT_PRESET "T801" "unknown preset"
        "A checkpoint's numbers are those of a preset of the model, or else the model's defaults; where a configuration \
         stands beside the weights, they are its own."
    CHECKPOINT_HEAD "T802" "unknown head"
        "A checkpoint is compared with the model and one of its heads, or with `base` alone."
    CHECKPOINT_LAYOUT "T803" "unknown layout"
        "A checkpoint is read with one of the model's weights tables, named by its format, or as `own`: every tensor under \
         the path that it has in the model."
    CHECKPOINT_TWICE "T804" "checkpoint named twice"
        "Each line compares one checkpoint with one head; the same line again would say nothing."

    PATH_PATTERN "T901" "a pattern that leads to nothing"
        "A transform's path pattern leads to parts or tensors of the model, and each name in its braces to some of them. \
         Transforms apply in order, so a pattern sees the model as those before it have left it."
    TRANSFORM "T902" "cannot be transformed"
        "`lora` changes linear layers, `quantize` linear layers and embeddings, `recompute` blocks; `rename` and `replace` \
         change parts. All copies of a repeated part are made of the same parts."
}

#[cfg(test)]
mod tests {
    use super::TABLE;

    #[test]
    fn ids_ascend_and_so_are_unique() {
        assert!(TABLE.windows(2).all(|pair| pair[0].id < pair[1].id));
    }
}
