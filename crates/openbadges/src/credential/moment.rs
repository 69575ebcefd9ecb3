//! Points in time as credentials write them.

use jiff::civil;
use jiff::{Timestamp, tz};
use serde_json::Value;

use crate::card::Moment;

/// Reads an XML Schema `dateTime` with a zone: `2024-05-01T09:30:00Z`, `...+02:00` (and, because issuers write
/// it, `...+0200`). Without a zone it denotes no instant, and OB 2.0 and 3.0 both ask for one.
pub(crate) fn parse(text: &str) -> Option<Moment> {
    let (civil, zone) = split_zone(text)?;
    moment(text, civil_time(civil)?, offset(zone)?)
}

/// As [`parse`], and also what older badges hold: a date alone, or a time without a zone, both read as UTC.
pub(crate) fn parse_leniently(text: &str) -> Option<Moment> {
    parse(text).or_else(|| {
        let civil = civil_time(text).or_else(|| Some(text.parse::<civil::Date>().ok()?.at(0, 0, 0, 0)))?;
        moment(text, civil, tz::Offset::UTC)
    })
}

/// The instant of a property that should be a date-time with a zone.
pub(crate) fn instant(value: &Value) -> Option<Timestamp> {
    Some(parse(value.as_str()?)?.instant)
}

/// A JWT `NumericDate` as a date-time, for the property that it stands for. Absurd numbers give nothing.
pub(crate) fn of_numeric_date(value: &Value) -> Option<Value> {
    numeric_date(value).map(|instant| Value::String(instant.to_string()))
}

/// The instant of a JWT `NumericDate` (RFC 7519, 2): seconds since the epoch, a number.
pub(crate) fn numeric_date(value: &Value) -> Option<Timestamp> {
    let seconds = value.as_i64().or_else(|| whole_seconds(value.as_f64()?))?;
    Timestamp::from_second(seconds).ok()
}

#[allow(clippy::cast_possible_truncation, reason = "the range is checked first")]
fn whole_seconds(seconds: f64) -> Option<i64> {
    (seconds.abs() < 1e12).then(|| seconds.floor() as i64)
}

fn moment(text: &str, civil: civil::DateTime, offset: tz::Offset) -> Option<Moment> {
    let instant = offset.to_timestamp(civil).ok()?;
    Some(Moment { text: text.to_owned(), instant, date: civil.date().to_string() })
}

/// Parts the zone from the end: `Z`, `+hh:mm`, `-hh:mm` or the same without the colon.
fn split_zone(text: &str) -> Option<(&str, &str)> {
    if let Some(civil) = text.strip_suffix(['Z', 'z']) {
        return Some((civil, "+00:00"));
    }
    let time = text.find(['T', 't'])?;
    let sign = text.get(time..)?.rfind(['+', '-'])? + time;
    Some(text.split_at(sign))
}

/// `2024-05-01T09:30:00.123` in the civil calendar; the seconds may be left out, as ISO 8601 allows.
fn civil_time(text: &str) -> Option<civil::DateTime> {
    let is_shaped = |text: &str, shape: &[u8]| {
        text.len() == shape.len()
            && text.bytes().zip(shape).all(|(have, want)| match want {
                b'd' => have.is_ascii_digit(),
                b'T' => matches!(have, b'T' | b't'),
                other => have == *other,
            })
    };
    let (minutes, seconds) = text.split_at_checked("2024-05-01T09:30".len())?;
    if !is_shaped(minutes, b"dddd-dd-ddTdd:dd") {
        return None;
    }
    if seconds.is_empty() {
        return minutes.parse().ok();
    }
    let (seconds, fraction) = seconds.split_at_checked(":00".len())?;
    let is_fraction =
        |digits: &str| !digits.is_empty() && digits.len() <= 18 && digits.bytes().all(|b| b.is_ascii_digit());
    if !is_shaped(seconds, b":dd")
        || !(fraction.is_empty() || fraction.strip_prefix('.').is_some_and(is_fraction))
    {
        return None;
    }
    // Finer than a nanosecond is more than a clock can tell; jiff reads nine digits.
    text.get(..text.len().min("2024-05-01T09:30:00.123456789".len()))?.parse().ok()
}

fn offset(zone: &str) -> Option<tz::Offset> {
    let (sign, digits) = zone.split_at_checked(1)?;
    let digits: String = digits.split(':').collect();
    if digits.len() != 4 || zone.len() > 6 || !digits.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let (hours, minutes): (i32, i32) = (digits.get(..2)?.parse().ok()?, digits.get(2..)?.parse().ok()?);
    if hours > 14 || minutes > 59 {
        return None;
    }
    let seconds = (hours * 60 + minutes) * 60;
    tz::Offset::from_seconds(if sign == "-" { -seconds } else { seconds }).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_offset_keeps_the_issuers_calendar_date() {
        let moment = parse("2024-01-01T00:30:00+02:00").unwrap();
        assert_eq!(moment.date, "2024-01-01");
        assert_eq!(moment.instant.to_string(), "2023-12-31T22:30:00Z");
    }

    #[test]
    fn reads_what_issuers_write() {
        for text in [
            "2016-12-31T23:59:59Z",
            "2016-12-31T23:59:59.999999Z",
            "2016-12-31T23:59:60Z",
            "2017-06-01T10:00:00+0800",
            "2017-09-30T00:00Z",
        ] {
            assert!(parse(text).is_some(), "{text}");
        }
    }

    #[test]
    fn without_a_zone_there_is_no_instant() {
        for text in [
            "2016-12-31",
            "2016-12-31T23:59:59",
            "1483228799",
            "",
            "T",
            "Z",
            "2016-13-01T00:00:00Z",
            "2016-1-1T0:0:0Z",
            "2016-12-31 23:59:59Z",
            "2016-12-31T23:59:59+99:00",
            "2016-12-31T23:59:59+",
            "２016-12-31T23:59:59Z",
        ] {
            assert!(parse(text).is_none(), "{text}");
        }
        assert!(parse_leniently("2016-12-31").is_some());
        assert!(parse_leniently("2016-12-31T23:59:59").is_some());
    }

    #[test]
    fn numeric_dates_are_numbers_in_range() {
        assert_eq!(
            numeric_date(&serde_json::json!(1_262_304_000)).unwrap().to_string(),
            "2010-01-01T00:00:00Z"
        );
        for absurd in [serde_json::json!("1262304000"), serde_json::json!(1e300), serde_json::json!(null)] {
            assert!(numeric_date(&absurd).is_none(), "{absurd}");
        }
    }
}
