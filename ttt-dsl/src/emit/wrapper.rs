//! The private module around an expansion.

use proc_macro2::{Ident, Span, TokenStream};
use quote::quote;

use super::{ident, preset};
use crate::spec::Leaf;

/// Puts items into a module of their own and exports these types by their names, and `presets` if there are any.
///
/// The module's name comes from its first type, so that several macro calls may stand side by side.
pub(super) fn wrap(
    types: &[Ident],
    leaves: &[Leaf],
    krate: &TokenStream,
    items: &TokenStream,
    presets: &TokenStream,
) -> TokenStream {
    let Some(first) = types.first() else {
        return TokenStream::new();
    };
    let module = Ident::new(
        &format!("__{}", ident::snake(&first.to_string())),
        Span::call_site(),
    );
    let (outside, inside) = leaf_imports(leaves, &module);
    let imports = imports(krate);
    let exported = (!presets.is_empty()).then(|| {
        let inner = preset::module();
        quote! {
            #[allow(ambiguous_glob_reexports, unused_imports)]
            pub use #module::#inner::*;
        }
    });
    quote! {
        #outside
        #[allow(dead_code, non_snake_case, private_interfaces, unused_imports, unused_variables)]
        mod #module {
            #imports
            #inside
            #items
            #presets
        }
        #[allow(unused_imports)]
        pub use #module::{#(#types),*};
        #exported
    }
}

/// What the items of an expansion call by short names.
pub(super) fn imports(krate: &TokenStream) -> TokenStream {
    quote! {
        use #krate::{Bool, Context, Init, Int, Tensor, block, burn, enums, expansion, leaf, op};
    }
}

/// Imports of users' own leaves. They are named in the caller's scope, where their paths mean what the user meant.
fn leaf_imports(leaves: &[Leaf], module: &Ident) -> (TokenStream, TokenStream) {
    let mut outside = TokenStream::new();
    let mut inside = TokenStream::new();
    for leaf in leaves {
        let path: Option<TokenStream> = leaf.rust_path.as_deref().and_then(|path| path.parse().ok());
        let Some(path) = path else {
            continue;
        };
        let name = ident::plain(leaf.name.as_str());
        let alias = Ident::new(&format!("{module}_{name}"), Span::call_site());
        outside.extend(quote! {
            #[doc(hidden)]
            #[allow(non_camel_case_types, unused_imports)]
            use #path as #alias;
        });
        inside.extend(quote! { use super::#alias as #name; });
    }
    (outside, inside)
}
