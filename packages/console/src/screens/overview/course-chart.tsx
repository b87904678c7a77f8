/** The course of recurring revenue; the figures are there for the screen reader as well. */
import "@mantine/charts/styles.css";
import { AreaChart } from "@mantine/charts";
import { VisuallyHidden } from "@mantine/core";
import { money, month } from "../../ui/format.js";
import type { Course } from "./data.js";

export default function CourseChart({ course }: { readonly course: Course }) {
  const { currency, months } = course;
  const short = new Intl.NumberFormat("en-US", {
    style: "currency",
    currency,
    notation: "compact",
    maximumFractionDigits: 1,
  });
  return (
    <>
      <div aria-hidden="true">
        <AreaChart
          h={290}
          data={months.map((one) => ({ month: month(one.month), "Per month": one.monthly }))}
          dataKey="month"
          series={[{ name: "Per month", color: "fern.6" }]}
          curveType="monotone"
          withDots={false}
          fillOpacity={0.25}
          valueFormatter={(value) => short.format(value)}
          areaProps={{ isAnimationActive: false }}
          yAxisProps={{ width: 56 }}
          areaChartProps={{ accessibilityLayer: false }}
        />
      </div>
      <VisuallyHidden>
        <table>
          <caption>Monthly recurring revenue at the end of each month</caption>
          <tbody>
            {months.map((one) => (
              <tr key={one.month}>
                <th scope="row">{month(one.month)}</th>
                <td>{money(one.monthly, currency)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </VisuallyHidden>
    </>
  );
}
