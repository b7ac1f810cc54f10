//! Schemas drawn by `ttt-dsl/tests/sound`, whose test writes this file with `UPDATE_DRAWN=1`.

pub mod drawn_0 {
    ttt_runtime::model! {
        block First(dim, heads, hidden, flag: Bool, act: Activation, rate: Float) {
            require dim % heads == 0;
            let head_dim = dim / heads;
            let wide = round_up(hidden, 4) + ceil_div(dim, 3);
            let either = if flag { max(dim, hidden) } else { min(dim, 2 * hidden) };
            p0: Linear(hidden, dim);
            p1: RmsNorm(dim, eps: 1e-5);
            forward(x: [B, T, dim], y: [B, T, hidden] = 0.5) -> [B, T, dim] {
                let _v0 = p0(y);
                let _v1 = y[:, :, 0:1];
                let _v2 = _v1[:, :, 0:1];
                let _v3 = p1(x);
                x + _v3
            }
        }
        block Second(dim, heads, hidden, flag: Bool, act: Activation, rate: Float, ffn: Block) {
            require dim % heads == 0;
            let head_dim = dim / heads;
            let wide = round_up(hidden, 4) + ceil_div(dim, 3);
            let either = if flag { max(dim, hidden) } else { min(dim, 2 * hidden) };
            inner: ffn(dim);
            p1: LayerNorm(hidden, eps: 1e-5);
            p2: Linear(hidden, heads * head_dim, bias: false);
            forward(x: [B, T, dim], y: [B, T, hidden] = 0.5) -> [B, T, dim] {
                let _v0 = sum(y, axis: 2);
                let _v1 = max(y, axis: 2, keep: true) * y;
                let _v2 = _v1 + (heads - 9);
                let _v3 = p1(y);
                let _v4 = matmul(x, transpose(x));
                let _v5 = p2(_v2);
                x + _v5
            }
        }
        model Drawn {
            params {
                vocab = 11,
                ctx = 9,
                dim = 3,
                heads = 3,
                hidden = 5,
                layers = 2,
                flag: Bool = false,
                act: Activation = gelu,
                rate: Float = 0.5
            }
            require dim % heads == 0;
            let head_dim = dim / heads;
            let wide = round_up(hidden, 4) + ceil_div(dim, 3);
            let either = if flag { max(dim, hidden) } else { min(dim, 2 * hidden) };
            embed: Embedding(vocab, dim);
            place: Embedding(ctx, dim);
            first: [First(dim, heads, hidden, flag, act, rate); layers];
            second: Second(
                dim,
                heads,
                hidden,
                flag,
                act,
                rate,
                First(heads: heads, hidden: hidden, flag: flag, act: act, rate: rate)
            );
            pool: Linear(dim, hidden) if flag;
            p5: Linear(dim, wide);
            p6: RmsNorm(dim, eps: 1e-5);
            forward(input_ids: Int[B, T]) -> (last: [B, T, dim], pooled: [B, hidden] if flag) {
                let embedded = embed(input_ids) + place(positions(input_ids));
                let _v1 = second(first(embedded));
                let _v2 = _v1 * rate;
                let _v3 = _v2[:, -1];
                let _v4 = p5(embedded);
                let _v5 = _v3[0];
                let _v6 = p6(_v3);
                let _v7 = embedded[:, :, 0];
                (_v2, if flag { pool(_v2[:, 0]) })
            }
            head lm {
                logits: Linear(dim, vocab, bias: false);
                tie logits.weight = embed.weight;
                forward(last: [B, T, dim]) -> logits: [B, T, vocab] { logits(last) }
                loss next_token;
            }
            head classify(classes = 3) {
                score: Linear(dim, classes);
                forward(last: [B, T, dim], input_ids: Int[B, T]) -> logits: [B, classes] {
                    score(pick(last, last_token(input_ids)))
                }
                loss cross_entropy;
            }
            head choose {
                fold C;
                score: Linear(dim, 1);
                forward(last: [B, C, T, dim]) -> logits: [B, C] { score(mean(last, axis: 2))[:, :, 0] }
                loss cross_entropy;
            }
            preset other { flag: true, hidden: 5 }
        }
    }
}

pub mod drawn_1 {
    ttt_runtime::model! {
        block First(dim, heads, hidden, flag: Bool, act: Activation, rate: Float) {
            require dim % heads == 0;
            let head_dim = dim / heads;
            let wide = round_up(hidden, 4) + ceil_div(dim, 3);
            let either = if flag { max(dim, hidden) } else { min(dim, 2 * hidden) };
            p0: Linear(dim, wide, bias: false);
            p1: LayerNorm(dim, eps: 1e-5);
            forward(x: [B, T, dim]) -> [B, T, dim] {
                let _v0 = max(x, axis: -2);
                let _v1 = p0(_v0);
                let _v2 = p1(x);
                let _v3 = x[:, :, -1];
                let _v4 = mean(_v1, axis: 1);
                x + _v2
            }
        }
        block Second(dim, heads, hidden, flag: Bool, act: Activation, rate: Float, ffn: Block) {
            require dim % heads == 0;
            let head_dim = dim / heads;
            let wide = round_up(hidden, 4) + ceil_div(dim, 3);
            let either = if flag { max(dim, hidden) } else { min(dim, 2 * hidden) };
            inner: ffn(dim);
            p1: Linear(dim, dim, bias: false);
            p2: Linear(hidden, head_dim, bias: false);
            forward(x: [B, T, dim], y: [B, T, hidden] = 0.5) -> [B, T, dim] {
                let _v0 = if act == gelu && flag { let _w = silu(y); _w } else { tanh(y) };
                let _v1 = p1(x);
                let _v2 = p2(y);
                let _v3 = x[:, 1:];
                x + _v1
            }
        }
        model Drawn {
            params {
                vocab = 11,
                ctx = 9,
                dim = 4,
                heads = 2,
                hidden = 2,
                layers = 2,
                flag: Bool = false,
                act: Activation = gelu,
                rate: Float = 0.5
            }
            require dim % heads == 0;
            let head_dim = dim / heads;
            let wide = round_up(hidden, 4) + ceil_div(dim, 3);
            let either = if flag { max(dim, hidden) } else { min(dim, 2 * hidden) };
            embed: Embedding(vocab, dim);
            place: Embedding(ctx, dim);
            first: [First(dim, heads, hidden, flag, act, rate); layers];
            second: Second(dim, heads, hidden, flag, act, rate, SwiGlu(hidden: 2 * dim));
            pool: Linear(dim, hidden) if flag;
            forward(input_ids: Int[B, T]) -> (last: [B, T, dim], pooled: [B, hidden] if flag) {
                let embedded = embed(input_ids) + place(positions(input_ids));
                let _v1 = second(first(embedded));
                let _v2 = if dim < hidden || flag { let _w = silu(_v1); _w } else { tanh(_v1) };
                (_v2, if flag { pool(_v2[:, 0]) })
            }
            head lm {
                logits: Linear(dim, vocab, bias: false);
                tie logits.weight = embed.weight;
                forward(last: [B, T, dim]) -> logits: [B, T, vocab] { logits(last) }
                loss next_token;
            }
            head classify(classes = 3) {
                score: Linear(dim, classes);
                forward(last: [B, T, dim], input_ids: Int[B, T]) -> logits: [B, classes] {
                    score(pick(last, last_token(input_ids)))
                }
                loss cross_entropy;
            }
            head choose {
                fold C;
                score: Linear(dim, 1);
                forward(last: [B, C, T, dim]) -> logits: [B, C] { score(mean(last, axis: 2))[:, :, 0] }
                loss cross_entropy;
            }
            preset other { flag: true, hidden: 5 }
        }
    }
}

pub mod drawn_2 {
    ttt_runtime::model! {
        block First(dim, heads, hidden, flag: Bool, act: Activation, rate: Float) {
            require dim % heads == 0;
            let head_dim = dim / heads;
            let wide = round_up(hidden, 4) + ceil_div(dim, 3);
            let either = if flag { max(dim, hidden) } else { min(dim, 2 * hidden) };
            p0: [|i| Mlp(dim, if i == 0 { hidden } else { 2 * dim }); 2];
            forward(x: [B, T, dim]) -> [B, T, dim] {
                let _v0 = p0(x);
                let _v1 = _v0 - mean(_v0, axis: 2, keep: true);
                let _v2 = _v0 - ln(2.0);
                let _v3 = concat([x, _v1], axis: 2);
                x + _v2
            }
        }
        block Second(dim, heads, hidden, flag: Bool, act: Activation, rate: Float, ffn: Block) {
            require dim % heads == 0;
            let head_dim = dim / heads;
            let wide = round_up(hidden, 4) + ceil_div(dim, 3);
            let either = if flag { max(dim, hidden) } else { min(dim, 2 * hidden) };
            inner: ffn(dim);
            p1: Linear(dim, heads * head_dim);
            forward(x: [B, T, dim]) -> [B, T, dim] {
                let _v0 = x[:, -1];
                let _v1 = _v0 - mean(_v0, axis: 0, keep: true);
                let _v2 = matmul(x, transpose(x));
                let _v3 = sum(x, axis: 0);
                let _v4 = p1(_v1);
                x + x
            }
        }
        model Drawn {
            params {
                vocab = 11,
                ctx = 9,
                dim = 9,
                heads = 3,
                hidden = 1,
                layers = 2,
                flag: Bool = true,
                act: Activation = gelu,
                rate: Float = 0.5
            }
            require dim % heads == 0;
            let head_dim = dim / heads;
            let wide = round_up(hidden, 4) + ceil_div(dim, 3);
            let either = if flag { max(dim, hidden) } else { min(dim, 2 * hidden) };
            embed: Embedding(vocab, dim);
            place: Embedding(ctx, dim);
            first: [First(dim, heads, hidden, flag, act, rate); layers];
            second: Second(dim, heads, hidden, flag, act, rate, Mlp(hidden: hidden));
            pool: Linear(dim, hidden) if flag;
            p5: Linear(dim, 3);
            p6: Linear(dim, dim) if flag;
            forward(input_ids: Int[B, T]) -> (last: [B, T, dim], pooled: [B, hidden] if flag) {
                let embedded = embed(input_ids) + place(positions(input_ids));
                let _v1 = second(first(embedded));
                let _v2 = if flag { embedded * 2 } else { _v1 };
                let _v3 = p5(embedded);
                let _v4 = if flag { p6(_v1) } else { _v1 };
                let _v5 = embedded - mean(embedded, axis: 0, keep: true);
                let _v6 = _v5 * _v2;
                (_v6, if flag { pool(_v6[:, 0]) })
            }
            head lm {
                logits: Linear(dim, vocab, bias: false);
                tie logits.weight = embed.weight;
                forward(last: [B, T, dim]) -> logits: [B, T, vocab] { logits(last) }
                loss next_token;
            }
            head classify(classes = 3) {
                score: Linear(dim, classes);
                forward(last: [B, T, dim], input_ids: Int[B, T]) -> logits: [B, classes] {
                    score(pick(last, last_token(input_ids)))
                }
                loss cross_entropy;
            }
            head choose {
                fold C;
                score: Linear(dim, 1);
                forward(last: [B, C, T, dim]) -> logits: [B, C] { score(mean(last, axis: 2))[:, :, 0] }
                loss cross_entropy;
            }
            preset other { flag: true, hidden: 5 }
        }
    }
}

pub mod drawn_3 {
    ttt_runtime::model! {
        block First(dim, heads, hidden, flag: Bool, act: Activation, rate: Float) {
            require dim % heads == 0;
            let head_dim = dim / heads;
            let wide = round_up(hidden, 4) + ceil_div(dim, 3);
            let either = if flag { max(dim, hidden) } else { min(dim, 2 * hidden) };

            forward(x: [B, T, dim]) -> [B, T, dim] {
                let _v0 = matmul(x, transpose(x));
                let _v1 = if heads > 1 { x * 2 } else { x };
                x + _v1
            }
        }
        block Second(dim, heads, hidden, flag: Bool, act: Activation, rate: Float, ffn: Block) {
            require dim % heads == 0;
            let head_dim = dim / heads;
            let wide = round_up(hidden, 4) + ceil_div(dim, 3);
            let either = if flag { max(dim, hidden) } else { min(dim, 2 * hidden) };
            inner: ffn(dim);
            p1: Linear(hidden, hidden) if flag;
            forward(x: [B, T, dim], y: [B, T, hidden] = 0.5) -> [B, T, dim] {
                let _v0 = y - mean(y, axis: 0, keep: true);
                let _v1 = max(x, axis: 0, keep: true) * x;
                let _v2 = if flag { _v1 * 2 } else { x };
                let _v3 = softmax(_v2, axis: -1);
                let _v4 = if flag { p1(_v0) } else { _v0 };
                x + _v3
            }
        }
        model Drawn {
            params {
                vocab = 11,
                ctx = 9,
                dim = 4,
                heads = 2,
                hidden = 7,
                layers = 1,
                flag: Bool = true,
                act: Activation = gelu,
                rate: Float = 0.5
            }
            require dim % heads == 0;
            let head_dim = dim / heads;
            let wide = round_up(hidden, 4) + ceil_div(dim, 3);
            let either = if flag { max(dim, hidden) } else { min(dim, 2 * hidden) };
            embed: Embedding(vocab, dim);
            place: Embedding(ctx, dim);
            first: [First(dim, heads, hidden, flag, act, rate); layers];
            second: Second(dim, heads, hidden, flag, act, rate, SwiGlu(hidden: 2 * dim));
            pool: Linear(dim, hidden) if flag;
            p5: Mlp(dim, hidden, act: act);
            forward(input_ids: Int[B, T]) -> (last: [B, T, dim], pooled: [B, hidden] if flag) {
                let embedded = embed(input_ids) + place(positions(input_ids));
                let _v1 = second(first(embedded));
                let _v2 = _v1[0];
                let _v3 = gelu(_v1);
                let _v4 = matmul(_v2, transpose(_v2));
                let _v5 = if heads > 1 { _v2 * 2 } else { _v2 };
                let _v6 = p5(_v1);
                let _v7 = max(_v3, axis: 0, keep: true) * _v3;
                (_v7, if flag { pool(_v7[:, 0]) })
            }
            head lm {
                logits: Linear(dim, vocab, bias: false);
                tie logits.weight = embed.weight;
                forward(last: [B, T, dim]) -> logits: [B, T, vocab] { logits(last) }
                loss next_token;
            }
            head classify(classes = 3) {
                score: Linear(dim, classes);
                forward(last: [B, T, dim], input_ids: Int[B, T]) -> logits: [B, classes] {
                    score(pick(last, last_token(input_ids)))
                }
                loss cross_entropy;
            }
            head choose {
                fold C;
                score: Linear(dim, 1);
                forward(last: [B, C, T, dim]) -> logits: [B, C] { score(mean(last, axis: 2))[:, :, 0] }
                loss cross_entropy;
            }
            preset other { flag: true, hidden: 5 }
        }
    }
}

pub mod drawn_4 {
    ttt_runtime::model! {
        block First(dim, heads, hidden, flag: Bool, act: Activation, rate: Float) {
            require dim % heads == 0;
            let head_dim = dim / heads;
            let wide = round_up(hidden, 4) + ceil_div(dim, 3);
            let either = if flag { max(dim, hidden) } else { min(dim, 2 * hidden) };
            p0: Linear(dim, dim, bias: flag);
            p1: LayerNorm(dim, eps: 1e-5);
            forward(x: [B, T, dim], y: [B, T, hidden] = 0.5) -> [B, T, dim] {
                let _v0 = p0(x);
                let _v1 = x * 1.0 / sqrt(head_dim);
                let _v2 = p1(x);
                x + _v2
            }
        }
        block Second(dim, heads, hidden, flag: Bool, act: Activation, rate: Float, ffn: Block) {
            require dim % heads == 0;
            let head_dim = dim / heads;
            let wide = round_up(hidden, 4) + ceil_div(dim, 3);
            let either = if flag { max(dim, hidden) } else { min(dim, 2 * hidden) };
            inner: ffn(dim);
            p1: Linear(hidden, wide);
            forward(x: [B, T, dim], y: [B, T, hidden] = 0.5) -> [B, T, dim] {
                let _v0 = p1(y);
                let _v1 = softmax(_v0, axis: -1);
                let _v2 = x - x;
                let _v3 = concat([x, x], axis: 1);
                let _v4 = if !flag { let _w = silu(x); _w } else { tanh(x) };
                let _v5 = x[:, :, -1];
                let _v6 = _v0 + _v1;
                x + _v4
            }
        }
        model Drawn {
            params {
                vocab = 11,
                ctx = 9,
                dim = 9,
                heads = 3,
                hidden = 3,
                layers = 1,
                flag: Bool = true,
                act: Activation = gelu,
                rate: Float = 0.5
            }
            require dim % heads == 0;
            let head_dim = dim / heads;
            let wide = round_up(hidden, 4) + ceil_div(dim, 3);
            let either = if flag { max(dim, hidden) } else { min(dim, 2 * hidden) };
            embed: Embedding(vocab, dim);
            place: Embedding(ctx, dim);
            first: [First(dim, heads, hidden, flag, act, rate); layers];
            second: Second(dim, heads, hidden, flag, act, rate, SwiGlu(hidden: 2 * dim));
            pool: Linear(dim, hidden) if flag;
            p5: Linear(dim, dim) if flag;
            forward(input_ids: Int[B, T]) -> (last: [B, T, dim], pooled: [B, hidden] if flag) {
                let embedded = embed(input_ids) + place(positions(input_ids));
                let _v1 = second(first(embedded));
                let _v2 = matmul(embedded, transpose(embedded));
                let _v3 = max(_v2, axis: -2);
                let _v4 = _v1 - embedded;
                let _v5 = if flag { p5(_v1) } else { _v1 };
                (_v5, if flag { pool(_v5[:, 0]) })
            }
            head lm {
                logits: Linear(dim, vocab, bias: false);
                tie logits.weight = embed.weight;
                forward(last: [B, T, dim]) -> logits: [B, T, vocab] { logits(last) }
                loss next_token;
            }
            head classify(classes = 3) {
                score: Linear(dim, classes);
                forward(last: [B, T, dim], input_ids: Int[B, T]) -> logits: [B, classes] {
                    score(pick(last, last_token(input_ids)))
                }
                loss cross_entropy;
            }
            head choose {
                fold C;
                score: Linear(dim, 1);
                forward(last: [B, C, T, dim]) -> logits: [B, C] { score(mean(last, axis: 2))[:, :, 0] }
                loss cross_entropy;
            }
            preset other { flag: true, hidden: 5 }
        }
    }
}

pub mod drawn_5 {
    ttt_runtime::model! {
        block First(dim, heads, hidden, flag: Bool, act: Activation, rate: Float) {
            require dim % heads == 0;
            let head_dim = dim / heads;
            let wide = round_up(hidden, 4) + ceil_div(dim, 3);
            let either = if flag { max(dim, hidden) } else { min(dim, 2 * hidden) };

            forward(x: [B, T, dim], y: [B, T, hidden] = 0.5) -> [B, T, dim] {
                let _v0 = matmul(y, transpose(y));
                let _v1 = x - mean(x, axis: 0, keep: true);
                x + _v1
            }
        }
        block Second(dim, heads, hidden, flag: Bool, act: Activation, rate: Float, ffn: Block) {
            require dim % heads == 0;
            let head_dim = dim / heads;
            let wide = round_up(hidden, 4) + ceil_div(dim, 3);
            let either = if flag { max(dim, hidden) } else { min(dim, 2 * hidden) };
            inner: ffn(dim);
            p1: Linear(dim, 2 * dim);
            p2: Mlp(dim, hidden, act: act);
            forward(x: [B, T, dim]) -> [B, T, dim] {
                let _v0 = p1(x);
                let _v1 = p2(x);
                let _v2 = rearrange(x, "a b c -> (a b) c");
                x + _v1
            }
        }
        model Drawn {
            params {
                vocab = 11,
                ctx = 9,
                dim = 4,
                heads = 2,
                hidden = 5,
                layers = 1,
                flag: Bool = false,
                act: Activation = gelu,
                rate: Float = 0.5
            }
            require dim % heads == 0;
            let head_dim = dim / heads;
            let wide = round_up(hidden, 4) + ceil_div(dim, 3);
            let either = if flag { max(dim, hidden) } else { min(dim, 2 * hidden) };
            embed: Embedding(vocab, dim);
            place: Embedding(ctx, dim);
            first: [First(dim, heads, hidden, flag, act, rate); layers];
            second: Second(
                dim,
                heads,
                hidden,
                flag,
                act,
                rate,
                First(heads: heads, hidden: hidden, flag: flag, act: act, rate: rate)
            );
            pool: Linear(dim, hidden) if flag;
            forward(input_ids: Int[B, T]) -> (last: [B, T, dim], pooled: [B, hidden] if flag) {
                let embedded = embed(input_ids) + place(positions(input_ids));
                let _v1 = second(first(embedded));
                let _v2 = _v1 - ln(2.0);
                let _v3 = _v1[:, -1];
                let _v4 = concat([embedded, embedded], axis: 0);
                (_v2, if flag { pool(_v2[:, 0]) })
            }
            head lm {
                logits: Linear(dim, vocab, bias: false);
                tie logits.weight = embed.weight;
                forward(last: [B, T, dim]) -> logits: [B, T, vocab] { logits(last) }
                loss next_token;
            }
            head classify(classes = 3) {
                score: Linear(dim, classes);
                forward(last: [B, T, dim], input_ids: Int[B, T]) -> logits: [B, classes] {
                    score(pick(last, last_token(input_ids)))
                }
                loss cross_entropy;
            }
            head choose {
                fold C;
                score: Linear(dim, 1);
                forward(last: [B, C, T, dim]) -> logits: [B, C] { score(mean(last, axis: 2))[:, :, 0] }
                loss cross_entropy;
            }
            preset other { flag: true, hidden: 5 }
        }
    }
}

pub mod drawn_6 {
    ttt_runtime::model! {
        block First(dim, heads, hidden, flag: Bool, act: Activation, rate: Float) {
            require dim % heads == 0;
            let head_dim = dim / heads;
            let wide = round_up(hidden, 4) + ceil_div(dim, 3);
            let either = if flag { max(dim, hidden) } else { min(dim, 2 * hidden) };
            p0: LayerNorm(dim, eps: 1e-5);
            p1: LayerNorm(head_dim, eps: 1e-5);
            p2: LayerNorm(head_dim, eps: 1e-5);
            p3: RmsNorm(head_dim, eps: 1e-5);
            forward(x: [B, T, dim]) -> [B, T, dim] {
                let _v0 = rearrange(x, "a b (h d) -> a h b d", h: heads);
                let _v1 = rearrange(x, "a b (h d) -> a b d h", d: head_dim);
                let _v2 = concat([_v0, _v0], axis: 1);
                let _v3 = p0(x);
                let _v4 = max(_v2, axis: -3);
                let _v5 = _v3 + (heads - 9);
                let _v6 = p1(_v2);
                let _v7 = p2(_v0);
                let _v8 = p3(_v0);
                x + _v5
            }
        }
        block Second(dim, heads, hidden, flag: Bool, act: Activation, rate: Float, ffn: Block) {
            require dim % heads == 0;
            let head_dim = dim / heads;
            let wide = round_up(hidden, 4) + ceil_div(dim, 3);
            let either = if flag { max(dim, hidden) } else { min(dim, 2 * hidden) };
            inner: ffn(dim);
            p1: Linear(hidden, dim + hidden, bias: flag);
            p2: Linear(hidden, wide, bias: flag);
            forward(x: [B, T, dim], y: [B, T, hidden] = 0.5) -> [B, T, dim] {
                let _v0 = y - mean(y, axis: 2, keep: true);
                let _v1 = p1(_v0);
                let _v2 = p2(_v0);
                let _v3 = _v0 - mean(_v0, axis: 2, keep: true);
                let _v4 = concat([_v3, y], axis: 0);
                x + x
            }
        }
        model Drawn {
            params {
                vocab = 11,
                ctx = 9,
                dim = 3,
                heads = 3,
                hidden = 1,
                layers = 2,
                flag: Bool = false,
                act: Activation = gelu,
                rate: Float = 0.5
            }
            require dim % heads == 0;
            let head_dim = dim / heads;
            let wide = round_up(hidden, 4) + ceil_div(dim, 3);
            let either = if flag { max(dim, hidden) } else { min(dim, 2 * hidden) };
            embed: Embedding(vocab, dim);
            place: Embedding(ctx, dim);
            first: [First(dim, heads, hidden, flag, act, rate); layers];
            second: Second(
                dim,
                heads,
                hidden,
                flag,
                act,
                rate,
                First(heads: heads, hidden: hidden, flag: flag, act: act, rate: rate)
            );
            pool: Linear(dim, hidden) if flag;
            p5: Vector(dim);
            p6: LayerNorm(dim, eps: 1e-5);
            p7: Linear(dim, dim + hidden, bias: false);
            forward(input_ids: Int[B, T]) -> (last: [B, T, dim], pooled: [B, hidden] if flag) {
                let embedded = embed(input_ids) + place(positions(input_ids));
                let _v1 = second(first(embedded));
                let _v2 = _v1 + p5;
                let _v3 = p6(_v1);
                let _v4 = rearrange(_v3, "a b (h d) -> h 1 a (b d)", h: heads);
                let _v5 = p7(_v2);
                (_v3, if flag { pool(_v3[:, 0]) })
            }
            head lm {
                logits: Linear(dim, vocab, bias: false);
                tie logits.weight = embed.weight;
                forward(last: [B, T, dim]) -> logits: [B, T, vocab] { logits(last) }
                loss next_token;
            }
            head classify(classes = 3) {
                score: Linear(dim, classes);
                forward(last: [B, T, dim], input_ids: Int[B, T]) -> logits: [B, classes] {
                    score(pick(last, last_token(input_ids)))
                }
                loss cross_entropy;
            }
            head choose {
                fold C;
                score: Linear(dim, 1);
                forward(last: [B, C, T, dim]) -> logits: [B, C] { score(mean(last, axis: 2))[:, :, 0] }
                loss cross_entropy;
            }
            preset other { flag: true, hidden: 5 }
        }
    }
}

pub mod drawn_7 {
    ttt_runtime::model! {
        block First(dim, heads, hidden, flag: Bool, act: Activation, rate: Float) {
            require dim % heads == 0;
            let head_dim = dim / heads;
            let wide = round_up(hidden, 4) + ceil_div(dim, 3);
            let either = if flag { max(dim, hidden) } else { min(dim, 2 * hidden) };

            forward(x: [B, T, dim]) -> [B, T, dim] {
                let _v0 = x * x;
                let _v1 = rearrange(x, "a b (h d) -> a b d h", d: head_dim);
                let _v2 = _v0[:, 1:];
                let _v3 = matmul(_v0, transpose(_v0));
                let _v4 = concat([_v3, _v3], axis: 0);
                let _v5 = _v2 * _v2;
                let _v6 = x[:, :-1];
                let _v7 = mean(_v5, axis: -1);
                x + _v0
            }
        }
        block Second(dim, heads, hidden, flag: Bool, act: Activation, rate: Float, ffn: Block) {
            require dim % heads == 0;
            let head_dim = dim / heads;
            let wide = round_up(hidden, 4) + ceil_div(dim, 3);
            let either = if flag { max(dim, hidden) } else { min(dim, 2 * hidden) };
            inner: ffn(dim);
            p1: Linear(dim, dim) if flag;
            p2: Linear(dim, dim + hidden);
            forward(x: [B, T, dim], y: [B, T, hidden] = 0.5) -> [B, T, dim] {
                let _v0 = x - 1.0 / sqrt(head_dim);
                let _v1 = if flag { p1(x) } else { x };
                let _v2 = p2(x);
                x + _v1
            }
        }
        model Drawn {
            params {
                vocab = 11,
                ctx = 9,
                dim = 3,
                heads = 3,
                hidden = 2,
                layers = 2,
                flag: Bool = true,
                act: Activation = gelu,
                rate: Float = 0.5
            }
            require dim % heads == 0;
            let head_dim = dim / heads;
            let wide = round_up(hidden, 4) + ceil_div(dim, 3);
            let either = if flag { max(dim, hidden) } else { min(dim, 2 * hidden) };
            embed: Embedding(vocab, dim);
            place: Embedding(ctx, dim);
            first: [First(dim, heads, hidden, flag, act, rate); layers];
            second: Second(dim, heads, hidden, flag, act, rate, SwiGlu(hidden: 2 * dim));
            pool: Linear(dim, hidden) if flag;
            forward(input_ids: Int[B, T]) -> (last: [B, T, dim], pooled: [B, hidden] if flag) {
                let embedded = embed(input_ids) + place(positions(input_ids));
                let _v1 = second(first(embedded));
                let _v2 = _v1 * (heads - 9);
                (_v2, if flag { pool(_v2[:, 0]) })
            }
            head lm {
                logits: Linear(dim, vocab, bias: false);
                tie logits.weight = embed.weight;
                forward(last: [B, T, dim]) -> logits: [B, T, vocab] { logits(last) }
                loss next_token;
            }
            head classify(classes = 3) {
                score: Linear(dim, classes);
                forward(last: [B, T, dim], input_ids: Int[B, T]) -> logits: [B, classes] {
                    score(pick(last, last_token(input_ids)))
                }
                loss cross_entropy;
            }
            head choose {
                fold C;
                score: Linear(dim, 1);
                forward(last: [B, C, T, dim]) -> logits: [B, C] { score(mean(last, axis: 2))[:, :, 0] }
                loss cross_entropy;
            }
            preset other { flag: true, hidden: 5 }
        }
    }
}

pub mod drawn_8 {
    ttt_runtime::model! {
        block First(dim, heads, hidden, flag: Bool, act: Activation, rate: Float) {
            require dim % heads == 0;
            let head_dim = dim / heads;
            let wide = round_up(hidden, 4) + ceil_div(dim, 3);
            let either = if flag { max(dim, hidden) } else { min(dim, 2 * hidden) };
            p0: Linear(dim, 3, bias: false);
            forward(x: [B, T, dim], y: [B, T, hidden] = 0.5) -> [B, T, dim] {
                let _v0 = p0(x);
                let _v1 = if flag { let _w = silu(y); _w } else { tanh(y) };
                let _v2 = _v0 + 0.5;
                x + x
            }
        }
        block Second(dim, heads, hidden, flag: Bool, act: Activation, rate: Float, ffn: Block) {
            require dim % heads == 0;
            let head_dim = dim / heads;
            let wide = round_up(hidden, 4) + ceil_div(dim, 3);
            let either = if flag { max(dim, hidden) } else { min(dim, 2 * hidden) };
            inner: ffn(dim);
            forward(x: [B, T, dim], y: [B, T, hidden] = 0.5) -> [B, T, dim] {
                let _v0 = y + y;
                let _v1 = _v0 + head_dim;
                x + x
            }
        }
        model Drawn {
            params {
                vocab = 11,
                ctx = 9,
                dim = 3,
                heads = 1,
                hidden = 4,
                layers = 1,
                flag: Bool = true,
                act: Activation = gelu,
                rate: Float = 0.5
            }
            require dim % heads == 0;
            let head_dim = dim / heads;
            let wide = round_up(hidden, 4) + ceil_div(dim, 3);
            let either = if flag { max(dim, hidden) } else { min(dim, 2 * hidden) };
            embed: Embedding(vocab, dim);
            place: Embedding(ctx, dim);
            first: [First(dim, heads, hidden, flag, act, rate); layers];
            second: Second(dim, heads, hidden, flag, act, rate, Mlp(hidden: hidden));
            pool: Linear(dim, hidden) if flag;
            p5: Linear(dim, hidden);
            forward(input_ids: Int[B, T]) -> (last: [B, T, dim], pooled: [B, hidden] if flag) {
                let embedded = embed(input_ids) + place(positions(input_ids));
                let _v1 = second(first(embedded));
                let _v2 = rearrange(embedded, "a b (h d) -> a b d h", d: head_dim);
                let _v3 = p5(embedded);
                (_v1, if flag { pool(_v1[:, 0]) })
            }
            head lm {
                logits: Linear(dim, vocab, bias: false);
                tie logits.weight = embed.weight;
                forward(last: [B, T, dim]) -> logits: [B, T, vocab] { logits(last) }
                loss next_token;
            }
            head classify(classes = 3) {
                score: Linear(dim, classes);
                forward(last: [B, T, dim], input_ids: Int[B, T]) -> logits: [B, classes] {
                    score(pick(last, last_token(input_ids)))
                }
                loss cross_entropy;
            }
            head choose {
                fold C;
                score: Linear(dim, 1);
                forward(last: [B, C, T, dim]) -> logits: [B, C] { score(mean(last, axis: 2))[:, :, 0] }
                loss cross_entropy;
            }
            preset other { flag: true, hidden: 5 }
        }
    }
}

pub mod drawn_9 {
    ttt_runtime::model! {
        block First(dim, heads, hidden, flag: Bool, act: Activation, rate: Float) {
            require dim % heads == 0;
            let head_dim = dim / heads;
            let wide = round_up(hidden, 4) + ceil_div(dim, 3);
            let either = if flag { max(dim, hidden) } else { min(dim, 2 * hidden) };
            p0: Linear(hidden, wide, bias: flag);
            p1: RmsNorm(hidden, eps: 1e-5);
            forward(x: [B, T, dim], y: [B, T, hidden] = 0.5) -> [B, T, dim] {
                let _v0 = mean(x, axis: 2);
                let _v1 = p0(y);
                let _v2 = p1(y);
                x + x
            }
        }
        block Second(dim, heads, hidden, flag: Bool, act: Activation, rate: Float, ffn: Block) {
            require dim % heads == 0;
            let head_dim = dim / heads;
            let wide = round_up(hidden, 4) + ceil_div(dim, 3);
            let either = if flag { max(dim, hidden) } else { min(dim, 2 * hidden) };
            inner: ffn(dim);
            forward(x: [B, T, dim]) -> [B, T, dim] {
                let _v0 = x[:, :, 0:1];
                let _v1 = _v0 + ln(2.0);
                let _v2 = sum(x, axis: -3);
                let _v3 = if act == gelu && flag { let _w = silu(_v1); _w } else { tanh(_v0) };
                let _v4 = rearrange(_v1, "a b c -> (a b) c");
                x + x
            }
        }
        model Drawn {
            params {
                vocab = 11,
                ctx = 9,
                dim = 1,
                heads = 1,
                hidden = 3,
                layers = 1,
                flag: Bool = true,
                act: Activation = gelu,
                rate: Float = 0.5
            }
            require dim % heads == 0;
            let head_dim = dim / heads;
            let wide = round_up(hidden, 4) + ceil_div(dim, 3);
            let either = if flag { max(dim, hidden) } else { min(dim, 2 * hidden) };
            embed: Embedding(vocab, dim);
            place: Embedding(ctx, dim);
            first: [First(dim, heads, hidden, flag, act, rate); layers];
            second: Second(dim, heads, hidden, flag, act, rate, Mlp(hidden: hidden));
            pool: Linear(dim, hidden) if flag;
            forward(input_ids: Int[B, T]) -> (last: [B, T, dim], pooled: [B, hidden] if flag) {
                let embedded = embed(input_ids) + place(positions(input_ids));
                let _v1 = second(first(embedded));
                let _v2 = embedded + (heads - 9);
                let _v3 = embedded - (heads - 9);
                let _v4 = softmax(_v2, axis: -1);
                (_v4, if flag { pool(_v4[:, 0]) })
            }
            head lm {
                logits: Linear(dim, vocab, bias: false);
                tie logits.weight = embed.weight;
                forward(last: [B, T, dim]) -> logits: [B, T, vocab] { logits(last) }
                loss next_token;
            }
            head classify(classes = 3) {
                score: Linear(dim, classes);
                forward(last: [B, T, dim], input_ids: Int[B, T]) -> logits: [B, classes] {
                    score(pick(last, last_token(input_ids)))
                }
                loss cross_entropy;
            }
            head choose {
                fold C;
                score: Linear(dim, 1);
                forward(last: [B, C, T, dim]) -> logits: [B, C] { score(mean(last, axis: 2))[:, :, 0] }
                loss cross_entropy;
            }
            preset other { flag: true, hidden: 5 }
        }
    }
}

pub mod drawn_10 {
    ttt_runtime::model! {
        block First(dim, heads, hidden, flag: Bool, act: Activation, rate: Float) {
            require dim % heads == 0;
            let head_dim = dim / heads;
            let wide = round_up(hidden, 4) + ceil_div(dim, 3);
            let either = if flag { max(dim, hidden) } else { min(dim, 2 * hidden) };
            p0: Vector(hidden);
            p1: Linear(hidden, hidden) if flag;
            p2: RmsNorm(dim, eps: 1e-5);
            forward(x: [B, T, dim], y: [B, T, hidden] = 0.5) -> [B, T, dim] {
                let _v0 = x[:, :, :head_dim];
                let _v1 = concat([y, y], axis: 2);
                let _v2 = concat([x, x], axis: 1);
                let _v3 = y + p0;
                let _v4 = _v2 - ln(2.0);
                let _v5 = if flag { p1(_v3) } else { _v3 };
                let _v6 = p2(_v2);
                x + x
            }
        }
        block Second(dim, heads, hidden, flag: Bool, act: Activation, rate: Float, ffn: Block) {
            require dim % heads == 0;
            let head_dim = dim / heads;
            let wide = round_up(hidden, 4) + ceil_div(dim, 3);
            let either = if flag { max(dim, hidden) } else { min(dim, 2 * hidden) };
            inner: ffn(dim);
            p1: Linear(dim, dim + hidden);
            forward(x: [B, T, dim], y: [B, T, hidden] = 0.5) -> [B, T, dim] {
                let _v0 = p1(x);
                let _v1 = max(x, axis: -3);
                x + x
            }
        }
        model Drawn {
            params {
                vocab = 11,
                ctx = 9,
                dim = 2,
                heads = 2,
                hidden = 7,
                layers = 2,
                flag: Bool = true,
                act: Activation = gelu,
                rate: Float = 0.5
            }
            require dim % heads == 0;
            let head_dim = dim / heads;
            let wide = round_up(hidden, 4) + ceil_div(dim, 3);
            let either = if flag { max(dim, hidden) } else { min(dim, 2 * hidden) };
            embed: Embedding(vocab, dim);
            place: Embedding(ctx, dim);
            first: [First(dim, heads, hidden, flag, act, rate); layers];
            second: Second(dim, heads, hidden, flag, act, rate, SwiGlu(hidden: 2 * dim));
            pool: Linear(dim, hidden) if flag;
            p5: Linear(dim, dim) if flag;
            forward(input_ids: Int[B, T]) -> (last: [B, T, dim], pooled: [B, hidden] if flag) {
                let embedded = embed(input_ids) + place(positions(input_ids));
                let _v1 = second(first(embedded));
                let _v2 = _v1[0];
                let _v3 = if flag { p5(_v2) } else { _v2 };
                (_v1, if flag { pool(_v1[:, 0]) })
            }
            head lm {
                logits: Linear(dim, vocab, bias: false);
                tie logits.weight = embed.weight;
                forward(last: [B, T, dim]) -> logits: [B, T, vocab] { logits(last) }
                loss next_token;
            }
            head classify(classes = 3) {
                score: Linear(dim, classes);
                forward(last: [B, T, dim], input_ids: Int[B, T]) -> logits: [B, classes] {
                    score(pick(last, last_token(input_ids)))
                }
                loss cross_entropy;
            }
            head choose {
                fold C;
                score: Linear(dim, 1);
                forward(last: [B, C, T, dim]) -> logits: [B, C] { score(mean(last, axis: 2))[:, :, 0] }
                loss cross_entropy;
            }
            preset other { flag: true, hidden: 5 }
        }
    }
}

pub mod drawn_11 {
    ttt_runtime::model! {
        block First(dim, heads, hidden, flag: Bool, act: Activation, rate: Float) {
            require dim % heads == 0;
            let head_dim = dim / heads;
            let wide = round_up(hidden, 4) + ceil_div(dim, 3);
            let either = if flag { max(dim, hidden) } else { min(dim, 2 * hidden) };

            forward(x: [B, T, dim], y: [B, T, hidden] = 0.5) -> [B, T, dim] {
                let _v0 = mean(x, axis: -2);
                x + x
            }
        }
        block Second(dim, heads, hidden, flag: Bool, act: Activation, rate: Float, ffn: Block) {
            require dim % heads == 0;
            let head_dim = dim / heads;
            let wide = round_up(hidden, 4) + ceil_div(dim, 3);
            let either = if flag { max(dim, hidden) } else { min(dim, 2 * hidden) };
            inner: ffn(dim);
            p1: Linear(dim, either, bias: flag);
            p2: Linear(dim, dim + hidden, bias: false);
            forward(x: [B, T, dim]) -> [B, T, dim] {
                let _v0 = p1(x);
                let _v1 = x - x;
                let _v2 = p2(x);
                let _v3 = if heads > 1 { let _w = silu(x); _w } else { tanh(x) };
                let _v4 = _v0 - mean(_v0, axis: 1, keep: true);
                let _v5 = rearrange(x, "a b c -> (a b) c");
                x + _v3
            }
        }
        model Drawn {
            params {
                vocab = 11,
                ctx = 9,
                dim = 3,
                heads = 1,
                hidden = 6,
                layers = 1,
                flag: Bool = false,
                act: Activation = gelu,
                rate: Float = 0.5
            }
            require dim % heads == 0;
            let head_dim = dim / heads;
            let wide = round_up(hidden, 4) + ceil_div(dim, 3);
            let either = if flag { max(dim, hidden) } else { min(dim, 2 * hidden) };
            embed: Embedding(vocab, dim);
            place: Embedding(ctx, dim);
            first: [First(dim, heads, hidden, flag, act, rate); layers];
            second: Second(dim, heads, hidden, flag, act, rate, SwiGlu(hidden: 2 * dim));
            pool: Linear(dim, hidden) if flag;
            p5: LayerNorm(dim, eps: 1e-5);
            forward(input_ids: Int[B, T]) -> (last: [B, T, dim], pooled: [B, hidden] if flag) {
                let embedded = embed(input_ids) + place(positions(input_ids));
                let _v1 = second(first(embedded));
                let _v2 = matmul(_v1, transpose(embedded));
                let _v3 = p5(_v1);
                (_v3, if flag { pool(_v3[:, 0]) })
            }
            head lm {
                logits: Linear(dim, vocab, bias: false);
                tie logits.weight = embed.weight;
                forward(last: [B, T, dim]) -> logits: [B, T, vocab] { logits(last) }
                loss next_token;
            }
            head classify(classes = 3) {
                score: Linear(dim, classes);
                forward(last: [B, T, dim], input_ids: Int[B, T]) -> logits: [B, classes] {
                    score(pick(last, last_token(input_ids)))
                }
                loss cross_entropy;
            }
            head choose {
                fold C;
                score: Linear(dim, 1);
                forward(last: [B, C, T, dim]) -> logits: [B, C] { score(mean(last, axis: 2))[:, :, 0] }
                loss cross_entropy;
            }
            preset other { flag: true, hidden: 5 }
        }
    }
}
