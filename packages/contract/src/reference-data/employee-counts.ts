/**
 * Values of `employee_count` in the billing information of the 2026 generation. One third-party copy of
 * the list spells the last one `10001+`.
 */
export const employeeCounts = [
  "Just Me",
  "2-10",
  "11-50",
  "51-250",
  "251-500",
  "501-1000",
  "1001-5000",
  "5001-10000",
  "10000+",
] as const;
