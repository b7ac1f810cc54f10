//! `strftime_now`: today's date in a prompt.

use std::time::{SystemTime, UNIX_EPOCH};

use minijinja::{Error, ErrorKind};

const DAYS: [&str; 7] = [
    "Sunday",
    "Monday",
    "Tuesday",
    "Wednesday",
    "Thursday",
    "Friday",
    "Saturday",
];
const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

/// The time of now, in UTC, in a format of C's `strftime`.
pub fn now(format: &str) -> Result<String, Error> {
    let elapsed = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    formatted(format, elapsed.as_secs())
}

/// A time in seconds since 1970.
fn formatted(format: &str, seconds: u64) -> Result<String, Error> {
    let (days, second) = (seconds / 86_400, seconds % 86_400);
    let (year, month, day) = date(days);
    let (hour, minute) = (second / 3600, second / 60 % 60);
    let weekday = DAYS[(days % 7 + 4) as usize % 7];
    let name = MONTHS[month as usize - 1];
    let mut output = String::new();
    let mut characters = format.chars();
    while let Some(character) = characters.next() {
        if character != '%' {
            output.push(character);
            continue;
        }
        output += &match characters.next() {
            Some('Y') => year.to_string(),
            Some('y') => format!("{:02}", year % 100),
            Some('m') => format!("{month:02}"),
            Some('d') => format!("{day:02}"),
            Some('e') => format!("{day:2}"),
            Some('H') => format!("{hour:02}"),
            Some('I') => format!("{:02}", (hour + 11) % 12 + 1),
            Some('M') => format!("{minute:02}"),
            Some('S') => format!("{:02}", second % 60),
            Some('p') => if hour < 12 { "AM" } else { "PM" }.to_string(),
            Some('A') => weekday.to_string(),
            Some('a') => weekday[..3].to_string(),
            Some('B') => name.to_string(),
            Some('b') => name[..3].to_string(),
            Some('F') => format!("{year}-{month:02}-{day:02}"),
            Some('T') => format!("{hour:02}:{minute:02}:{:02}", second % 60),
            Some('%') => "%".to_string(),
            other => {
                let sign = other.map(String::from).unwrap_or_default();
                return Err(Error::new(
                    ErrorKind::InvalidOperation,
                    format!("strftime_now does not know %{sign}"),
                ));
            }
        };
    }
    Ok(output)
}

/// Year, month and day of a day counted from 1970-01-01 (Howard Hinnant's `civil_from_days`).
fn date(days: u64) -> (u64, u64, u64) {
    let days = days + 719_468; // from 0000-03-01
    let (era, day) = (days / 146_097, days % 146_097);
    let year = (day - day / 1460 + day / 36_524 - day / 146_096) / 365;
    let day = day - (365 * year + year / 4 - year / 100);
    let month = (5 * day + 2) / 153;
    let year = year + era * 400 + u64::from(month >= 10);
    (year, (month + 2) % 12 + 1, day - (153 * month + 2) / 5 + 1)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::formatted;

    #[test]
    fn dates_are_those_of_the_calendar() {
        let every = "%A %a %d %e %B %b %Y %y %m %H:%M:%S %I %p %F %T %%";
        // date -u -d @951827696
        assert_eq!(
            formatted(every, 951_827_696).unwrap(),
            "Tuesday Tue 29 29 February Feb 2000 00 02 12:34:56 12 PM 2000-02-29 12:34:56 %"
        );
        assert_eq!(formatted("%d %b %Y", 1_735_689_599).unwrap(), "31 Dec 2024");
        assert!(formatted("%Q", 0).is_err());
    }
}
