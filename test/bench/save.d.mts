export const committed: URL;
export function intoReadme(text: string, result: object): string;
