// A process of its own that spends from one day's limit; run with the built package.
import { createSpendingFiles } from "../../dist/spending-files.js";

const [folder, day, number] = process.argv.slice(2);
const store = createSpendingFiles(folder);
let taken = 0;
for (let index = 0; index < 60; index += 1) {
  const reservation = {
    id: `${number}-${index}`,
    day,
    currency: "USD",
    amountMinor: 97,
    limitMinor: 10_000,
  };
  if (await store.reserve(reservation)) taken += reservation.amountMinor;
}
process.send(taken);
