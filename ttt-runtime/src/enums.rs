//! The standard enumerations of `std/leaves.ttt` and `std/losses.ttt`.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// No variant of an enumeration has this name.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{found}` is not a variant of {enumeration}: expected one of {}", expected.join(", "))]
pub struct UnknownVariant {
    /// The enumeration.
    pub enumeration: &'static str,
    /// What was given.
    pub found: String,
    /// The names it has.
    pub expected: &'static [&'static str],
}

macro_rules! enumeration {
    ($(#[$meta:meta])* $name:ident { $($(#[$variant_meta:meta])* $variant:ident = $text:literal,)+ }) => {
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
        #[serde(rename_all = "snake_case")]
        pub enum $name {
            $($(#[$variant_meta])* $variant,)+
        }

        impl $name {
            /// The variants' names in the language, in order.
            pub const NAMES: &'static [&'static str] = &[$($text),+];

            /// The variant's name in the language.
            pub fn as_str(self) -> &'static str {
                match self {
                    $($name::$variant => $text,)+
                }
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(self.as_str())
            }
        }

        impl FromStr for $name {
            type Err = UnknownVariant;

            fn from_str(text: &str) -> Result<$name, UnknownVariant> {
                match text {
                    $($text => Ok($name::$variant),)+
                    _ => Err(UnknownVariant {
                        enumeration: stringify!($name),
                        found: text.to_string(),
                        expected: $name::NAMES,
                    }),
                }
            }
        }
    };
}

enumeration! {
    /// Pointwise functions.
    Activation {
        /// `x`
        Identity = "identity",
        /// `max(x, 0)`
        Relu = "relu",
        /// `max(x, 0)²`
        ReluSquared = "relu_squared",
        /// `x · Φ(x)`
        Gelu = "gelu",
        /// `x · Φ(x)` by its tanh approximation.
        GeluTanh = "gelu_tanh",
        /// `x · sigmoid(1.702 x)`
        QuickGelu = "quick_gelu",
        /// `x · sigmoid(x)`
        Silu = "silu",
        /// The hyperbolic tangent.
        Tanh = "tanh",
        /// The logistic function.
        Sigmoid = "sigmoid",
        /// `ln(1 + eˣ)`
        Softplus = "softplus",
        /// `x · tanh(softplus(x))`
        Mish = "mish",
    }
}

enumeration! {
    /// How rotary frequencies are stretched beyond the context a model was trained on.
    RopeScaling {
        /// Not at all.
        Unscaled = "unscaled",
        /// Positions divided by a factor.
        Linear = "linear",
        /// A larger base once a sequence is longer than the original context.
        Dynamic = "dynamic",
        /// Blended by frequency (Peng et al., 2023).
        Yarn = "yarn",
        /// Blended by wavelength (Llama 3.1).
        Llama3 = "llama3",
    }
}

enumeration! {
    /// What a classifier's labels mean.
    ProblemType {
        /// As the labels are: whole numbers are one class each, real ones many; a single score is a regression.
        ByLabels = "by_labels",
        /// Real numbers.
        Regression = "regression",
        /// One class among several.
        SingleLabel = "single_label",
        /// Classes that do not exclude each other.
        MultiLabel = "multi_label",
    }
}
