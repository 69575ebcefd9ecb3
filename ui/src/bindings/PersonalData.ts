export type PersonalData = { what: string, value: string, };
