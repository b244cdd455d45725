//! Names from tags, tables and people, before they stand between our own words: none of their backticks is a mark of ours.

use super::command::CommandError;
use super::message::unmarked;
use crate::desk::{Answer, Cancelled, Done, Info, Refusal, Why};
use crate::model::{Exception, GroupName, Notice, Problem, ScheduleName, Stretch};

/// The notice as it is put into words.
pub(super) fn of_notice(notice: &Notice) -> Notice {
    let mut notice = notice.clone();
    match &mut notice {
        Notice::Warning { schedule: name, stretches, .. } | Notice::WouldAct { schedule: name, stretches, .. } => {
            schedule(name);
            stretches.iter_mut().for_each(stretch);
        }
        Notice::Acted { schedule: name, stretch: of, .. } => {
            schedule(name);
            stretch(of);
        }
        Notice::RunDone { schedule: name, .. } => schedule(name),
        Notice::Failed { schedule: name, code, stretch: of, .. } => {
            schedule(name);
            text(code);
            stretch(of);
        }
        Notice::Slow { schedule: name, stretch: of, held, .. } => {
            schedule(name);
            stretch(of);
            held.iter_mut().for_each(group);
        }
        Notice::Extended { schedule: name, by, .. } => {
            schedule(name);
            text(by);
        }
        Notice::Problems(problems) => problems.iter_mut().for_each(problem),
        Notice::Trial => {}
    }
    notice
}

/// What came of an order, as it is put into words.
pub(super) fn of_result(result: &Result<Answer, Refusal>) -> Result<Answer, Refusal> {
    let mut result = result.clone();
    match &mut result {
        Ok(answer) => {
            schedule(&mut answer.schedule);
            done(&mut answer.done);
        }
        Err(refusal) => {
            text(&mut refusal.schedule);
            if let Why::NoSchedule { near, names } = &mut refusal.why {
                near.iter_mut().chain(names).for_each(schedule);
            }
        }
    }
    result
}

/// What is wrong with a command, as it is put into words.
pub(super) fn of_mistake(error: &CommandError) -> CommandError {
    let mut error = error.clone();
    match &mut error {
        CommandError::TooLong | CommandError::Quote => {}
        CommandError::NoOrder { schedule } | CommandError::Missing { schedule, .. } => text(schedule),
        CommandError::UnknownWord { schedule, word, rest, .. } => [schedule, word, rest].into_iter().for_each(text),
        CommandError::Extra { schedule, text: extra, .. } => [schedule, extra].into_iter().for_each(text),
        CommandError::Bad { schedule, text: bad, near, .. } => {
            [schedule, bad].into_iter().chain(near).for_each(text);
        }
    }
    error
}

fn done(done: &mut Done) {
    match done {
        Done::Status(status) => status.next_stop_by.iter_mut().for_each(text),
        Done::Info(info) => {
            let Info { exceptions, timetable, description, owner, groups, .. } = info.as_mut();
            exceptions.iter_mut().for_each(exception);
            timetable.iter_mut().chain(description).chain(owner).for_each(text);
            groups.iter_mut().flat_map(|(name, needs)| std::iter::once(name).chain(needs)).for_each(text);
        }
        Done::Exceptions { exceptions: list, .. }
        | Done::ExceptionSet { was: list, .. }
        | Done::ExceptionDeleted { was: list, .. } => list.iter_mut().for_each(exception),
        Done::Extended { by, .. }
        | Done::Skipped { by, .. }
        | Done::Cancelled(Cancelled::Extension { by, .. } | Cancelled::Skip { by, .. }) => by.iter_mut().for_each(text),
        Done::Forced { .. } | Done::Cancelled(Cancelled::Force { .. }) => {}
    }
}

fn exception(exception: &mut Exception) {
    exception.created_by.iter_mut().chain(&mut exception.reason).for_each(text);
}

fn stretch(stretch: &mut Stretch) {
    stretch.group.iter_mut().for_each(group);
    for (_, label, remark) in &mut stretch.instances {
        label.name.iter_mut().chain(&mut label.engine).chain(&mut label.zone).for_each(text);
        text(remark);
    }
}

/// What is wrong is in our own words, and what they quote has none of our marks.
fn problem(problem: &mut Problem) {
    problem.schedule.iter_mut().for_each(schedule);
    [&mut problem.item, &mut problem.attribute].into_iter().chain(&mut problem.holds).for_each(text);
}

fn text(name: &mut String) {
    *name = unmarked(name);
}

fn schedule(name: &mut ScheduleName) {
    // A name of as many characters is one too.
    *name = ScheduleName::new(&unmarked(name.as_str())).unwrap_or_else(|_| name.clone());
}

fn group(name: &mut GroupName) {
    *name = GroupName::new(&unmarked(name.as_str())).unwrap_or_else(|_| name.clone());
}
