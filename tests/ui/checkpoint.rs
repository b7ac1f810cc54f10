//! A checkpoint that is neither there nor locked, and a line that names what the model does not have.

ttt_runtime::model! {
    model Small {
        params { vocab = 100, dim = 64 }
        embed: Embedding(vocab, dim);
        forward(ids: Int[B, T]) -> [B, T, dim] { embed(ids) }
        preset small { dim: 32 }
        checkpoint "nowhere/model.safetensors" preset small;
    }
}

mod misspelt {
    ttt_runtime::model! {
        model Small {
            params { vocab = 100, dim = 64 }
            embed: Embedding(vocab, dim);
            forward(ids: Int[B, T]) -> [B, T, dim] { embed(ids) }
            preset small { dim: 32 }
            checkpoint "nowhere/model.safetensors" preset smal;
        }
    }
}

fn main() {}
