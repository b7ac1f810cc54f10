//! A warning, which `deny` makes an error.
#![deny(warnings)]

// T516: sees what it is to learn
mod t516 {
    ttt::model! {
        model Decoder {
            params { vocab = 100, dim = 64, heads = 4 }
            require dim % heads == 0;
            embed: Embedding(vocab, dim);
            attn: Attention(dim, heads);
            forward(ids: Int[B, T]) -> last_hidden_state: [B, T, dim] { attn(embed(ids)) }
            head lm {
                logits: Linear(dim, vocab, bias: false);
                forward(last_hidden_state: [B, T, dim]) -> logits: [B, T, vocab] { logits(last_hidden_state) }
                loss next_token;
            }
        }
    }
}

fn main() {}
