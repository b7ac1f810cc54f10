//! The list of mutants that are legal, under the reasons why.

use std::path::PathBuf;

/// Lines of mutants, each under its reason.
pub struct Survivors {
    classes: Vec<(String, Vec<String>)>,
}

const UNEXPLAINED: &str = "unexplained";

impl Survivors {
    /// The committed list: `# reason`, then one mutant a line.
    pub fn read() -> Survivors {
        let text = std::fs::read_to_string(path()).unwrap_or_default();
        let mut classes: Vec<(String, Vec<String>)> = Vec::new();
        for line in text.lines().filter(|line| !line.is_empty()) {
            match (line.strip_prefix("# "), classes.last_mut()) {
                (Some(reason), _) => classes.push((reason.to_owned(), Vec::new())),
                (None, Some((_, mutants))) => mutants.push(line.to_owned()),
                (None, None) => panic!("a mutant without a reason: {line}"),
            }
        }
        Survivors { classes }
    }

    /// The list without what is found by now, and with what is new under no reason.
    pub fn updated(mut self, found: &[String]) -> Survivors {
        for (_, mutants) in &mut self.classes {
            mutants.retain(|mutant| found.contains(mutant));
        }
        let new: Vec<String> = found
            .iter()
            .filter(|mutant| !self.lists(mutant))
            .cloned()
            .collect();
        self.classes.push((UNEXPLAINED.to_owned(), new));
        self.classes.retain(|(_, mutants)| !mutants.is_empty());
        self
    }

    pub fn write(&self) {
        let classes = self
            .classes
            .iter()
            .map(|(reason, mutants)| format!("# {reason}\n\n{}\n", mutants.join("\n")));
        std::fs::write(path(), classes.collect::<Vec<_>>().join("\n")).unwrap();
    }

    pub fn unexplained(&self) -> Vec<&str> {
        let unexplained = self.classes.iter().filter(|(reason, _)| reason == UNEXPLAINED);
        unexplained
            .flat_map(|(_, mutants)| mutants.iter().map(String::as_str))
            .collect()
    }

    /// What is listed and not found, and the other way round.
    pub fn differences(&self, found: &[String]) -> Vec<String> {
        let listed = self.classes.iter().flat_map(|(_, mutants)| mutants);
        let gone = listed
            .filter(|mutant| !found.contains(mutant))
            .map(|mutant| format!("is found by now: {mutant}"));
        let new = found
            .iter()
            .filter(|mutant| !self.lists(mutant))
            .map(|mutant| format!("is not found: {mutant}"));
        gone.chain(new).collect()
    }

    fn lists(&self, mutant: &String) -> bool {
        self.classes.iter().any(|(_, mutants)| mutants.contains(mutant))
    }
}

fn path() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/mutations/survivors.txt")
}
