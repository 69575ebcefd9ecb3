/** Made-up credentials of every kind beyond the usual badge: records, presentations, endorsements, old badges. */
import type { BadgeCard, BadgeDetail, CheckView, ClaimCard, EmbeddedView, ReportView } from "../types.ts";
import { drawArt } from "./art.ts";
import { makeBadge, makeCheck, makeReport, NO_ACHIEVEMENT, type Made } from "./data.ts";

const AS_OF = "2026-11-23T09:41:00Z";

/** Credential number `id` (from 1): a record, an endorsed badge, a presentation, a badge of 2012, a plain credential, a
 * record with long names, an endorsement. */
export function makeKind(id: number): Made {
  const kinds = [record, endorsed, presentation, oldBadge, plain, longRecord, endorsement];
  const make = kinds[(id - 1) % kinds.length] ?? record;
  return make(id);
}

function made(id: number, change: (detail: BadgeDetail) => BadgeDetail, art: string | null): Made {
  const base = makeBadge(id, "usual");
  const detail = (): BadgeDetail => change(base.detail());
  const { card, report } = detail();
  const summary = { ...base.summary, name: card.name, issuer: card.issuer.name, verdict: report.verdict, headline: report.headline };
  return { summary: { ...summary, art: art === null ? null : `fake-${id}` }, art, text: card.name.toLowerCase(), detail: () => ({ ...detail(), summary }) };
}

/** A report whose check of what is inside, in one role, comes to what the members come to. */
function over(report: ReportView, role: "credential" | "endorsement", embedded: EmbeddedView[]): ReportView {
  const name = role === "credential" ? "credentials" : "endorsements";
  const told = (verdict: string): string => embedded.filter((one) => one.report?.verdict === verdict).map((one) => `${one.name}: ${one.report?.headline}`).join("; ");
  const words = role === "credential" ? "Credentials" : "Endorsements";
  const check =
    told("invalid") !== ""
      ? makeCheck(name, "fail", `${name}.failed`, `${words} inside it that do not hold: ${told("invalid")}.`)
      : told("undecided") !== ""
        ? makeCheck(name, "unknown", `${name}.open`, `${words} inside it that stay open: ${told("undecided")}.`, { would_decide: `What decides the open ones among the ${words.toLowerCase()}.` })
        : makeCheck(name, "pass", `${name}.hold`, `${words} inside it: ${embedded.length}, each judged by itself, and none fails.`);
  const checks = report.checks.map((one) => (one.check === name ? check : one));
  const verdict = check.outcome === "fail" ? "invalid" : check.outcome === "unknown" && role === "credential" ? "undecided" : report.verdict;
  const headline =
    verdict === "invalid" ? (role === "credential" ? "Invalid: a credential in it does not hold" : "Invalid: an endorsement does not hold") : verdict === "undecided" ? "Undecided: a credential in it could not be checked" : report.headline;
  const because = verdict === report.verdict ? report.because : verdict === "invalid" ? `It is invalid because this failed: the ${words.toLowerCase()} in it.` : `It is undecided because nothing failed, but this decides and is open: the ${words.toLowerCase()} in it.`;
  return { ...report, checks, verdict, headline, because, embedded: [...report.embedded, ...embedded], missing: [] };
}

/** A made-up badge as it stands inside another credential. */
function inner(pointer: string, number: number, change: { name?: string; issuer?: string; embedded?: EmbeddedView[] } = {}): EmbeddedView {
  const base = makeBadge(number, "usual");
  const { card, report } = base.detail();
  const named: BadgeCard = { ...card, name: change.name ?? card.name, issuer: { ...card.issuer, name: change.issuer ?? card.issuer.name } };
  return {
    pointer,
    role: "credential",
    name: named.name,
    card: named,
    credential_kind: "badge",
    art: base.art,
    report: change.embedded === undefined ? report : over(report, "endorsement", change.embedded),
    unread: null,
  };
}

function praise(pointer: string, verdict: string, who: string, comment: string): EmbeddedView {
  const { card } = makeBadge(3, "usual").detail();
  return {
    pointer,
    role: "endorsement",
    name: `Endorsement by ${who}`,
    card: {
      ...bare(card, "Open Badges 3.0 endorsement"),
      name: `Endorsement by ${who}`,
      issuer: { ...card.issuer, name: who },
      types: ["EndorsementCredential"],
      endorsement: { about: "https://marine-ecology.example/achievements/1", comment },
    },
    credential_kind: "endorsement",
    art: null,
    report: makeReport(verdict, "guild.example", AS_OF),
    unread: null,
  };
}

const PRAISE = (): EmbeddedView[] => [
  praise("/credentialSubject/achievement/endorsement/0", "verified", "Guild of Coastal Surveyors", "We hire by this badge. Whoever has it can be sent out alone."),
  praise("/credentialSubject/achievement/endorsement/1", "invalid", "Harbour Trust", "Recommended without reservation."),
];

function bare(card: BadgeCard, standard: string): BadgeCard {
  return { ...card, standard, description: null, criteria: null, evidence: [], alignments: [], tags: [], narrative: null, public_url: null, types: [], achievement: NO_ACHIEVEMENT };
}

const RECORD: NonNullable<BadgeCard["record"]> = {
  partial: true,
  achievements: [],
  associations: [
    { kind: "isParentOf", source: "https://nordhaven.example/achievements/7", source_name: "Research Data Steward", target: "https://marine-ecology.example/achievements/1", target_name: "Marine Field Researcher" },
    { kind: "precedes", source: "https://opensystems.example/achievements/2", source_name: "Rust Practitioner", target: "https://opensystems.example/achievements/11", target_name: "Applied Cryptography" },
    { kind: "isRelatedTo", source: "https://opensystems.example/achievements/2", source_name: "Rust Practitioner", target: "urn:uuid:0d9b2a57-5f0e-4d3b-9a53-6a1fb0a1d9c1", target_name: null },
  ],
};

/** A badge with everything that a badge can say of itself. */
function rich(card: BadgeCard): BadgeCard {
  const levels = [
    { id: "l1", name: "Novice", level: "1", description: "Follows the protocol with help.", points: "1" },
    { id: "l2", name: "Practitioner", level: "2", description: "Plans and samples alone.", points: "2" },
    { id: "l3", name: "Expert", level: "3", description: null, points: "3" },
  ];
  const moment = { text: "2025-04-01", instant: "2025-04-01T00:00:00Z", date: "2025-04-01" };
  return {
    ...card,
    achievement: { ...card.achievement, kind: "Course", code: "MFR-201", field_of_study: "Marine biology", credits_available: "6", identifiers: [{ kind: "ext:CourseCatalogue", value: "MB 201", hashed: false }], possible_results: [{ id: "r2", name: "Field work", kind: "RubricCriterionLevel", allowed: [], required: "Practitioner", min: null, max: null, levels }] },
    award: {
      ...card.award,
      activity_start: moment,
      activity_end: { text: "2025-09-30", instant: "2025-09-30T00:00:00Z", date: "2025-09-30" },
      credits_earned: "6",
      role: "Lead sampler",
      term: "Summer 2025",
      results: [
        { name: "Final grade", kind: "LetterGrade", value: "A", status: null, level: null, required: "C", alignments: [] },
        { name: "Field work", kind: "RubricCriterionLevel", value: null, status: "Completed", level: levels[1] ?? null, required: "Practitioner", alignments: [] },
      ],
    },
    issuer: {
      ...card.issuer,
      phone: "+44 1632 960123",
      description: "Field stations on three coasts since 1911.",
      address: { street: "4 Harbour Lane", post_office_box: null, postal_code: "NH1 2AB", locality: "Nordhaven", region: null, country: "GB", coordinates: null },
      identifiers: [{ kind: "ror", value: "https://ror.org/00example", hashed: false }],
      parent: "Nordhaven University",
    },
    recipient: { identity: "mailto:robin@example.org", name: "Robin Hale", hashed: false, identifiers: [{ kind: "studentId", value: null, hashed: true }, { kind: "emailAddress", value: "robin@example.org", hashed: false }] },
  };
}

function record(id: number): Made {
  const members = Array.from({ length: 20 }, (_, index) =>
    inner(`/credentialSubject/verifiableCredential/${index}`, index === 11 ? 13 : index + 1, index === 2 ? { embedded: PRAISE().slice(0, 1) } : {}),
  );
  members[17] = { pointer: "/credentialSubject/verifiableCredential/17", role: "credential", name: "/credentialSubject/verifiableCredential/17", card: null, credential_kind: null, art: null, report: null, unread: { code: "not-json", detail: "it is no JSON: expected a value at line 1, column 1" } };
  return made(
    id,
    (detail) => ({
      ...detail,
      card: { ...bare(detail.card, "Comprehensive Learner Record 2.0"), name: "Transcript of Robin Hale, 2021 to 2026", description: "Everything that Robin Hale completed at Nordhaven University and its partners.", types: ["ClrCredential"], record: RECORD },
      credential_kind: "record",
      report: over(makeReport("verified", "nordhaven.example", AS_OF), "credential", members),
    }),
    null,
  );
}

function endorsed(id: number): Made {
  return made(
    id,
    (detail) => ({ ...detail, card: rich(detail.card), report: over(makeReport("verified", "opensystems.example", AS_OF), "endorsement", PRAISE()) }),
    drawArt(0, 3, 2),
  );
}

function presentation(id: number): Made {
  const nested = record(1).detail();
  const whole: EmbeddedView = { pointer: "/verifiableCredential/0", role: "credential", name: nested.card.name, card: nested.card, credential_kind: nested.credential_kind, art: null, report: nested.report, unread: null };
  const members = [whole, inner("/verifiableCredential/1", 6), inner("/verifiableCredential/2", 3, { embedded: PRAISE() })];
  return made(
    id,
    (detail) => ({
      ...detail,
      card: { ...bare(detail.card, "Verifiable Presentation"), name: `${nested.card.name} (+2)`, issued_on: null, expires_on: null, recipient: { identity: "did:key:z6MkhaXgBZDvotDkL5257faiztiGiC2QtKLGpbnnEGta2doK", name: null, hashed: false, identifiers: [] }, issuer: { ...detail.card.issuer, name: "", id: null, url: null, email: null } },
      credential_kind: "presentation",
      report: over(makeReport("verified", "robin.example", AS_OF), "credential", members),
    }),
    null,
  );
}

const HOSTED_AT = "https://openbadges.example/assertions/1";
const oldChecks = (): CheckView[] => [
  makeCheck("structure", "pass", "structure.well-formed", "It has the form that Open Badges 1.0 asks for."),
  makeCheck("integrity", "not_applicable", "proof.hosted", "A hosted badge is not signed; the issuer's own copy stands for it."),
  makeCheck("key_authority", "not_applicable", "proof.hosted", "A hosted badge is not signed; the issuer's own copy stands for it."),
  makeCheck("hosted", "unknown", "document.unavailable", `${HOSTED_AT} is needed, but nothing is fetched.`, { would_decide: `An answer from ${HOSTED_AT}: check again later.` }),
  makeCheck("status", "unknown", "document.unavailable", `${HOSTED_AT} is needed, but nothing is fetched.`, { would_decide: `An answer from ${HOSTED_AT}: check again later.` }),
];

function oldBadge(id: number): Made {
  return made(
    id,
    (detail) => ({
      ...detail,
      card: { ...detail.card, standard: "Open Badges 1.0", name: "Webmaking 101", issued_on: { text: "2012-06-21", instant: "2012-06-21T00:00:00Z", date: "2012-06-21" }, expires_on: null, alignments: [], evidence: [], recipient: { identity: null, name: null, hashed: true, identifiers: [] } },
      report: {
        ...makeReport("undecided", "openbadges.example", AS_OF),
        headline: "Undecided: the issuer's own copy could not be checked",
        because: "It is undecided because nothing failed, but this decides and is open: the issuer's own copy.",
        checks: makeReport("undecided", "openbadges.example", AS_OF).checks.map((check) => oldChecks().find((old) => old.check === check.check) ?? check),
      },
    }),
    drawArt(2, 0, 7),
  );
}

const CLAIMS: ClaimCard[] = [
          { path: ["id"], value: "did:key:z6MkhaXgBZDvotDkL5257faiztiGiC2QtKLGpbnnEGta2doK" },
          { path: ["degree", "name"], value: "Bachelor of Arts in Maritime History" },
          { path: ["degree", "college"], value: "College of Letters" },
          { path: ["degree", "grade", "average"], value: "1.7" },
          { path: ["honours"], value: "true" },
          { path: ["remark"], value: "<script>window.__pwned=1</script> **not bold**, not a [link](https://evil.example)" },
        ];

function plain(id: number): Made {
  return made(
    id,
    (detail) => ({
      ...detail,
      card: { ...bare(detail.card, "Verifiable Credential"), name: "Bachelor of Arts", issuer: { ...detail.card.issuer, name: "Nordhaven University" }, types: ["UniversityDegreeCredential"], claims: CLAIMS },
      credential_kind: "credential",
      report: makeReport("verified", "nordhaven.example", AS_OF),
    }),
    null,
  );
}

function longRecord(id: number): Made {
  const issuer = "Bundesvereinigung der Fortbildungseinrichtungen für Rechtskunde und Verwaltung in Mitteleuropa e. V.";
  const names = [
    "Zertifikat über die erfolgreiche Teilnahme an der Weiterbildungsmaßnahme „Nachhaltigkeitsberichterstattung und Lieferkettensorgfaltspflichtengesetz“",
    "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft",
    "عالم بيانات البحث",
    "A",
  ];
  const members = names.map((name, index) =>
    inner(`/credentialSubject/verifiableCredential/${index}`, index + 4, index === 0 ? { name, issuer, embedded: PRAISE() } : { name, issuer }),
  );
  return made(
    id,
    (detail) => ({
      ...detail,
      card: { ...bare(detail.card, "Comprehensive Learner Record 2.0"), name: `Nachweisheft: ${names[0] ?? ""}`, issuer: { ...detail.card.issuer, name: issuer }, types: ["ClrCredential"], record: { ...RECORD, partial: null, associations: [] } },
      credential_kind: "record",
      report: over(makeReport("verified", "verwaltung.example", AS_OF), "credential", members),
    }),
    null,
  );
}

function endorsement(id: number): Made {
  return made(
    id,
    (detail) => {
      const { card } = praise("", "verified", "Guild of Coastal Surveyors", "We hire by this badge. Whoever has it can be sent out alone.");
      return { ...detail, card: card ?? detail.card, credential_kind: "endorsement", report: makeReport("verified", "guild.example", AS_OF) };
    },
    null,
  );
}
