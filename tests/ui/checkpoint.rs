//! A checkpoint that is neither there nor locked.

ttt::model! {
    model Small {
        params { vocab = 100, dim = 64 }
        embed: Embedding(vocab, dim);
        forward(ids: Int[B, T]) -> [B, T, dim] { embed(ids) }
        preset small { dim: 32 }
        checkpoint "nowhere/model.safetensors" preset small;
    }
}

fn main() {}
