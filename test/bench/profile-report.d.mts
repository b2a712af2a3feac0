export function sumProfile(profile: object): {
  byGroup: Map<string, number>;
  byFunction: Map<string, number>;
  total: number;
};
