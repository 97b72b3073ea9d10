//! Finding a command by its words: the longest path that the message begins with.

use std::collections::HashMap;

/// The paths of all commands, a word a level. Case does not matter.
#[derive(Debug, Default)]
pub(crate) struct Tree {
    root: Node,
}

#[derive(Debug, Default)]
struct Node {
    children: HashMap<String, Self>,
    command: Option<usize>,
}

/// How far a message's words lead into the tree.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Found {
    /// A command, and how many words name it.
    Command { index: usize, length: usize },
    /// No command, though this many words begin one.
    Nothing { known: usize },
}

impl Tree {
    /// Adds a path; returns the command that has it already.
    pub(crate) fn insert(&mut self, path: &str, index: usize) -> Option<usize> {
        let mut node = &mut self.root;
        for word in path.split_whitespace() {
            node = node.children.entry(word.to_lowercase()).or_default();
        }
        match node.command {
            Some(other) => Some(other),
            None => {
                node.command = Some(index);
                None
            }
        }
    }

    /// Follows the words as far as they lead.
    pub(crate) fn find<'w>(&self, words: impl Iterator<Item = &'w str>) -> Found {
        let mut node = &self.root;
        let mut best = None;
        let mut known = 0;
        for word in words {
            let Some(child) = node.child(word) else {
                break;
            };
            node = child;
            known += 1;
            best = node.command.map(|index| (index, known)).or(best);
        }
        match best {
            Some((index, length)) => Found::Command { index, length },
            None => Found::Nothing { known },
        }
    }
}

impl Node {
    fn child(&self, word: &str) -> Option<&Self> {
        if self.children.is_empty() {
            return None;
        }
        self.children
            .get(word)
            .or_else(|| self.children.get(&word.to_lowercase()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tree() -> Tree {
        let mut tree = Tree::default();
        for (index, path) in ["deploy status", "deploy", "oncall show now", "Übersicht"]
            .iter()
            .enumerate()
        {
            assert_eq!(tree.insert(path, index), None);
        }
        tree
    }

    fn find(message: &str) -> Found {
        tree().find(message.split(' '))
    }

    #[test]
    fn the_longest_path_wins() {
        assert_eq!(
            find("deploy status api"),
            Found::Command {
                index: 0,
                length: 2
            }
        );
        assert_eq!(
            find("deploy api"),
            Found::Command {
                index: 1,
                length: 1
            }
        );
    }

    #[test]
    fn case_does_not_matter() {
        assert_eq!(
            find("DEPLOY Status"),
            Found::Command {
                index: 0,
                length: 2
            }
        );
        assert_eq!(
            find("ÜBERSICHT"),
            Found::Command {
                index: 3,
                length: 1
            }
        );
    }

    #[test]
    fn half_a_path_is_no_command() {
        assert_eq!(find("oncall show"), Found::Nothing { known: 2 });
        assert_eq!(find("restart"), Found::Nothing { known: 0 });
    }

    #[test]
    fn a_path_that_is_taken_says_by_whom() {
        assert_eq!(tree().insert("Deploy  STATUS", 9), Some(0));
    }
}
