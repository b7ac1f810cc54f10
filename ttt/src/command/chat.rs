//! `ttt chat`: a conversation.

use std::io::Write;

use rustyline::DefaultEditor;
use rustyline::error::ReadlineError;
use ttt::generate::Finish;
use ttt::pipeline::Chat as Conversation;
use ttt::task::CHAT;

use super::{Failure, choosing, interrupt, runner};
use crate::cli::Chat;

/// Reads messages and streams answers until the input ends. Ctrl-C ends an answer, or the conversation.
pub fn run(args: &Chat) -> Result<(), Failure> {
    let opening = runner::open(&args.source, args.dtype, CHAT)?;
    let generator = choosing::generator(opening.text, &opening.beside, &args.choosing)?;
    if generator.text_model().tokenizer.chat_template().is_none() {
        return Err(Failure::new(format!(
            "{}: there is no chat template",
            args.source.path.display()
        ))
        .help("the model continues texts and was perhaps not trained to chat: use `ttt generate`"));
    }
    let mut conversation = Conversation::new(&generator);
    if let Some(system) = &args.system {
        conversation = conversation.with_system(system);
    }
    let mut editor = DefaultEditor::new().map_err(terminal)?;
    interrupt::listen()?;
    loop {
        let line = match editor.readline("> ") {
            Ok(line) => line,
            Err(ReadlineError::Eof | ReadlineError::Interrupted) => return Ok(()),
            Err(error) => return Err(terminal(error)),
        };
        match line.trim() {
            "" => continue,
            "/exit" | "/quit" => return Ok(()),
            "/clear" => conversation.clear(),
            text => {
                // A line that cannot be recalled later is no reason to stop.
                let _ = editor.add_history_entry(text);
                // What was said stays, so that the user can clear it and go on.
                if let Err(failure) = answer(&mut conversation, text) {
                    anstream::eprintln!("{failure}\nhelp: /clear begins anew");
                }
            }
        }
    }
}

fn answer(conversation: &mut Conversation<'_>, text: &str) -> Result<(), Failure> {
    interrupt::clear();
    let mut answer = conversation.say(text)?;
    for piece in answer.by_ref() {
        print!("{}", piece?);
        std::io::stdout()
            .flush()
            .map_err(|error| Failure::file("the output".as_ref(), error))?;
        if interrupt::interrupted() {
            break;
        }
    }
    println!("{}\n", answer.cancel()?);
    let is_whole = !interrupt::interrupted();
    interrupt::clear();
    match conversation.hear(answer).finish {
        Finish::Length if is_whole => {
            anstream::eprintln!("note: the answer was cut at its longest; --max-new-tokens allows more");
        }
        Finish::Context => {
            anstream::eprintln!("note: the conversation is as long as the model takes; /clear begins anew")
        }
        _ => {}
    }
    Ok(())
}

fn terminal(error: ReadlineError) -> Failure {
    Failure::new(format!("the terminal cannot be read: {error}"))
}
