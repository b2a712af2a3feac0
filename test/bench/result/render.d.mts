export function render(result: object): string;
