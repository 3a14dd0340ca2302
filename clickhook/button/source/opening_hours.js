// Opening hours: "Mo-Fr 09:00-12:00,13:00-17:30; Sa 10:00-14:00" in a time zone. A display, not a limit.
const DAYS = ["Mo", "Tu", "We", "Th", "Fr", "Sa", "Su"];
const DAY = 24 * 60; // minutes
const WEEK = 7 * DAY;

class OpeningHours {
  #spans; // [[from, to], …] in minutes since Monday 0:00
  #clock;
  #zone;

  /** Throws an Error that says what is wrong. */
  constructor(text, zone) {
    this.#spans = text.split(";").filter((rule) => rule.trim()).flatMap(spansOfRule);
    if (!this.#spans.length) throw new Error("names no hours");
    this.#zone = zone;
    this.#clock = new Intl.DateTimeFormat("en-GB", {
      timeZone: zone, weekday: "short", hour: "2-digit", minute: "2-digit", hourCycle: "h23",
    });
  }

  isOpen(now = new Date()) {
    const minute = this.#minuteOfWeek(now);
    return this.#spans.some(([from, to]) => from <= minute && minute < to);
  }

  /** Like "Monday, 09:00 (CET)". */
  nextOpening(language, now = new Date()) {
    const minute = this.#minuteOfWeek(now);
    const waits = this.#spans.map(([from]) => (from - minute + WEEK) % WEEK);
    const opening = (minute + Math.min(...waits)) % WEEK;
    const monday = Date.UTC(2024, 0, 1);
    const day = new Intl.DateTimeFormat(language, { weekday: "long", timeZone: "UTC" })
      .format(new Date(monday + Math.floor(opening / DAY) * DAY * 60_000));
    const zone = new Intl.DateTimeFormat(language, { timeZone: this.#zone, timeZoneName: "short" })
      .formatToParts(now).find((part) => part.type === "timeZoneName").value;
    return `${day}, ${clockTime(opening % DAY)} (${zone})`;
  }

  #minuteOfWeek(now) {
    const part = Object.fromEntries(this.#clock.formatToParts(now).map(({ type, value }) => [type, value]));
    const day = DAYS.findIndex((name) => part.weekday.startsWith(name));
    return day * DAY + Number(part.hour) * 60 + Number(part.minute);
  }
}

function spansOfRule(rule) {
  const [days, times, ...rest] = rule.trim().split(/\s+/);
  if (!times || rest.length) throw new Error(`"${rule.trim()}" is not like Mo-Fr 09:00-17:30`);
  const spans = times.split(",").map(spanOfDay);
  return days.split(",").flatMap(daysOfRange).flatMap((day) => spans.map(([from, to]) => [day * DAY + from, day * DAY + to]));
}

function daysOfRange(range) {
  const [first, last = first, ...rest] = range.split("-").map((name) => DAYS.indexOf(name));
  if (first < 0 || last < 0 || rest.length) throw new Error(`"${range}" is not like Mo or Mo-Fr (${DAYS.join(", ")})`);
  const count = (last - first + 7) % 7 + 1;
  return Array.from({ length: count }, (_, index) => (first + index) % 7);
}

function spanOfDay(text) {
  const match = /^([01]\d|2[0-4]):([0-5]\d)-([01]\d|2[0-4]):([0-5]\d)$/.exec(text);
  const [from, to] = match ? [match[1] * 60 + Number(match[2]), match[3] * 60 + Number(match[4])] : [0, 0];
  if (from >= to || to > DAY) throw new Error(`"${text}" is not like 09:00-17:30; a night is two spans, to 24:00 and from 00:00`);
  return [from, to];
}

function clockTime(minutes) {
  return [Math.floor(minutes / 60), minutes % 60].map((number) => String(number).padStart(2, "0")).join(":");
}
