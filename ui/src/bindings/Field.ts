export type Field = { name: string, value: string, };
