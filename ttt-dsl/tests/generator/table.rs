//! Config and weights tables, checkpoints.

use proptest::collection::vec;
use proptest::option::of;
use proptest::prelude::*;
use proptest::sample::select;
use ttt_dsl::place::Place;
use ttt_dsl::spec::{
    Agreement, Alias, Checkpoint, ConfigEntry, ConfigTable, Expect, HeadChoice, HeadPrefix, LinearLayout,
    Literal, Name, RopePairing, Source, Step, Target, WeightsEntry, WeightsOptions, WeightsTable,
};

use super::expression::{finite, static_expression};
use super::name::{lower, path, text, unique};

pub fn config() -> impl Strategy<Value = ConfigTable> {
    let entries = vec((lower(), vec(source(), 1..3)), 0..4)
        .prop_map(|entries| {
            entries
                .into_iter()
                .map(|(param, sources)| ConfigEntry { param, sources })
                .collect()
        })
        .prop_map(|entries| unique(entries, |entry: &ConfigEntry| entry.param.text.clone()));
    let choice = prop_oneof![Just(HeadChoice::Base), lower().prop_map(HeadChoice::Head)];
    let architectures = vec((text(), choice), 0..3).prop_map(|list| unique(list, |(class, _)| class.clone()));
    (
        lower(),
        vec(text(), 0..3),
        entries,
        vec(agreement(), 0..2),
        vec(expect(), 0..3),
        vec(text().prop_map(Name::new), 0..3),
        vec(lower(), 0..3),
        architectures,
    )
        .prop_map(
            |(format, model_types, entries, agreements, expects, ignores, keeps, architectures)| {
                ConfigTable {
                    format,
                    model_types,
                    entries,
                    agreements,
                    expects,
                    ignores,
                    keeps,
                    architectures,
                }
            },
        )
}

pub fn weights() -> impl Strategy<Value = WeightsTable> {
    let entries = vec((entry(), of(target())), 0..4)
        .prop_map(|list| unique(list, |(entry, _)| entry.source.clone()))
        .prop_map(|list| {
            let second = |(entry, second): (WeightsEntry, Option<Target>)| {
                let again = second.map(|target| WeightsEntry {
                    target,
                    ..entry.clone()
                });
                std::iter::once(entry).chain(again)
            };
            list.into_iter().flat_map(second).collect::<Vec<_>>()
        });
    let alias = (text(), text()).prop_map(|(from, to)| Alias {
        from,
        to,
        place: Place::NOWHERE,
    });
    let aliases = vec(alias, 0..2).prop_map(|list| unique(list, |alias| alias.from.clone()));
    let prefix = (text(), lower()).prop_map(|(prefix, head)| HeadPrefix { prefix, head });
    let prefixes = vec(prefix, 0..2).prop_map(|list| unique(list, |prefix| prefix.head.text.clone()));
    (lower(), options(), entries, vec(path(), 0..2), aliases, prefixes).prop_map(
        |(format, options, entries, lacks, aliases, prefixes)| WeightsTable {
            format,
            options,
            entries,
            lacks,
            aliases,
            prefixes,
        },
    )
}

pub fn checkpoint() -> impl Strategy<Value = Checkpoint> {
    let head = prop_oneof![Just(HeadChoice::Base), lower().prop_map(HeadChoice::Head)];
    (text(), of(lower()), of(head), of(lower())).prop_map(|(path, preset, head, layout)| Checkpoint {
        path,
        place: Place::NOWHERE,
        preset,
        head,
        layout,
    })
}

fn source() -> impl Strategy<Value = Source> {
    prop_oneof![
        text().prop_map(|key| Source::Key {
            key,
            place: Place::NOWHERE
        }),
        text().prop_map(|key| Source::Length {
            key,
            place: Place::NOWHERE
        }),
        text().prop_map(|tensor| Source::Present {
            tensor,
            place: Place::NOWHERE
        }),
        text().prop_map(|tensor| Source::Absent {
            tensor,
            place: Place::NOWHERE
        }),
        static_expression().prop_map(Source::Unset),
        static_expression().prop_map(Source::Value),
    ]
}

fn agreement() -> impl Strategy<Value = Agreement> {
    (text(), static_expression()).prop_map(|(key, value)| Agreement {
        key,
        value,
        place: Place::NOWHERE,
    })
}

fn expect() -> impl Strategy<Value = Expect> {
    let literal = prop_oneof![
        any::<bool>().prop_map(Literal::Bool),
        any::<i64>().prop_map(Literal::Int),
        finite().prop_map(Literal::Float),
        text().prop_map(Literal::Text),
    ];
    (text(), vec(literal, 1..3), of(text())).prop_map(|(key, values, message)| Expect {
        key,
        values,
        message,
        place: Place::NOWHERE,
    })
}

fn options() -> impl Strategy<Value = WeightsOptions> {
    let linear = select(vec![LinearLayout::OutIn, LinearLayout::InOut]);
    let rope = select(vec![RopePairing::Half, RopePairing::Interleaved]);
    (linear, rope, of(text())).prop_map(|(linear, rope, prefix)| WeightsOptions { linear, rope, prefix })
}

fn target() -> impl Strategy<Value = Target> {
    prop_oneof![
        path().prop_map(Target::Path),
        vec(path(), 1..4).prop_map(Target::Fused),
        path().prop_map(Target::Same),
        path().prop_map(Target::Factors),
        Just(Target::Skip),
    ]
}

fn entry() -> impl Strategy<Value = WeightsEntry> {
    let step = prop_oneof![Just(Step::Transpose), finite().prop_map(Step::Add)];
    (text(), target(), vec(step, 0..3)).prop_map(|(source, target, steps)| WeightsEntry {
        source,
        place: Place::NOWHERE,
        target,
        steps,
    })
}
