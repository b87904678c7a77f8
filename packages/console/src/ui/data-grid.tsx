/**
 * A table of any number of rows: only those in sight are in the document. Columns sort by their heads,
 * rows are links that the keyboard reaches. On a narrow screen each row is a card.
 */
import { ActionIcon, Box, Group, NativeSelect, Paper, Text, UnstyledButton } from "@mantine/core";
import { useMediaQuery } from "@mantine/hooks";
import { useVirtualizer } from "@tanstack/react-virtual";
import { type ReactNode, useRef } from "react";
import { Link } from "wouter";
import type { GridColumn, Sorting } from "./grid.js";
import { Icon } from "./icon.js";
import { Nothing } from "./notice.js";

export interface ShownColumn<Row> extends GridColumn<Row> {
  /** Track of the CSS grid, e.g. `minmax(12rem, 2fr)`. */
  readonly width: string;
  readonly isNumber?: boolean;
  readonly show?: (row: Row) => ReactNode;
  /** On a narrow screen: the card's title, on its right, below, or left out. */
  readonly narrow?: "title" | "side" | "below";
}

export interface DataGridProps<Row> {
  readonly label: string;
  readonly rows: readonly Row[];
  readonly columns: readonly ShownColumn<Row>[];
  readonly keyOf: (row: Row) => string;
  readonly hrefOf?: (row: Row) => string;
  readonly sorting: Sorting;
  readonly onSort: (sorting: Sorting) => void;
  readonly empty: ReactNode;
}

const ROW_HEIGHT = 42;
const CARD_HEIGHT = 68;
const OVERSCAN = 12;

export function DataGrid<Row>(props: DataGridProps<Row>) {
  const { rows, columns, label, sorting, onSort, empty } = props;
  const isNarrow = useMediaQuery("(max-width: 48em)", window.innerWidth <= 768);
  const scroller = useRef<HTMLDivElement>(null);
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => (isNarrow ? CARD_HEIGHT : ROW_HEIGHT),
    overscan: OVERSCAN,
    getItemKey: (index) => {
      const row = rows[index];
      return row === undefined ? index : props.keyOf(row);
    },
  });
  const template = columns.map(({ width }) => width).join(" ");
  return (
    <Paper withBorder>
      {isNarrow && <SortPicker columns={columns} sorting={sorting} onSort={onSort} />}
      <Box
        ref={scroller}
        role="table"
        aria-label={label}
        aria-rowcount={rows.length + 1}
        tabIndex={0}
        style={{ overflow: "auto", maxHeight: "calc(100dvh - 250px)", minHeight: 240 }}
      >
        {!isNarrow && (
          <Box role="rowgroup" className="grid-head">
            <Box
              role="row"
              aria-rowindex={1}
              className="grid-line"
              style={{ gridTemplateColumns: template }}
            >
              {columns.map((column) => (
                <Head key={column.name} column={column} sorting={sorting} onSort={onSort} />
              ))}
            </Box>
          </Box>
        )}
        {rows.length === 0 ? (
          empty
        ) : (
          <Box role="rowgroup" style={{ height: virtual.getTotalSize(), position: "relative" }}>
            {virtual.getVirtualItems().map((item) => {
              const row = rows[item.index];
              if (row === undefined) return null;
              return (
                <Box
                  key={item.key}
                  role="row"
                  aria-rowindex={item.index + 2}
                  className={isNarrow ? "grid-row grid-card" : "grid-row grid-line"}
                  style={{
                    position: "absolute",
                    insetInline: 0,
                    height: item.size,
                    transform: `translateY(${item.start}px)`,
                    ...(isNarrow ? {} : { gridTemplateColumns: template }),
                  }}
                >
                  {isNarrow ? <Card {...props} row={row} /> : <Cells {...props} row={row} />}
                </Box>
              );
            })}
          </Box>
        )}
      </Box>
    </Paper>
  );
}

/** In place of the heads, which a narrow screen has no room for. */
function SortPicker<Row>({
  columns,
  sorting,
  onSort,
}: Pick<DataGridProps<Row>, "columns" | "sorting" | "onSort">) {
  return (
    <Group gap="xs" p="xs" wrap="nowrap">
      <NativeSelect
        aria-label="Sort by"
        size="xs"
        value={sorting.by}
        onChange={({ currentTarget }) => {
          const column = columns.find(({ name }) => name === currentTarget.value);
          onSort({ by: currentTarget.value, descending: column?.isNumber === true });
        }}
        data={[
          ...(sorting.by === "" ? [{ value: "", label: "Newest first" }] : []),
          ...columns.map(({ name, label }) => ({ value: name, label })),
        ]}
      />
      {sorting.by !== "" && (
        <ActionIcon
          variant="default"
          aria-label={sorting.descending ? "Sort ascending" : "Sort descending"}
          onClick={() => onSort({ by: sorting.by, descending: !sorting.descending })}
        >
          <Icon name={sorting.descending ? "down" : "up"} size={14} />
        </ActionIcon>
      )}
    </Group>
  );
}

function Head<Row>({
  column,
  sorting,
  onSort,
}: {
  readonly column: ShownColumn<Row>;
  readonly sorting: Sorting;
  readonly onSort: (sorting: Sorting) => void;
}) {
  const isSorted = sorting.by === column.name;
  const direction = sorting.descending ? "descending" : "ascending";
  return (
    <Box
      role="columnheader"
      aria-sort={isSorted ? direction : "none"}
      className={column.isNumber === true ? "number" : ""}
    >
      <UnstyledButton
        className="grid-sort"
        onClick={() =>
          onSort({
            by: column.name,
            descending: isSorted ? !sorting.descending : column.isNumber === true,
          })
        }
      >
        {column.label}
        {isSorted && <Icon name={sorting.descending ? "down" : "up"} size={14} />}
      </UnstyledButton>
    </Box>
  );
}

function shown<Row>(column: ShownColumn<Row>, row: Row): ReactNode {
  return column.show === undefined ? column.value(row) : column.show(row);
}

function Cells<Row>({ columns, hrefOf, row }: DataGridProps<Row> & { readonly row: Row }) {
  return columns.map((column, index) => (
    <Box
      key={column.name}
      role="cell"
      className={column.isNumber === true ? "number" : "grid-text"}
    >
      {index === 0 && hrefOf !== undefined ? (
        <Link href={hrefOf(row)} className="grid-link">
          {shown(column, row)}
        </Link>
      ) : (
        shown(column, row)
      )}
    </Box>
  ));
}

function Card<Row>({ columns, hrefOf, row }: DataGridProps<Row> & { readonly row: Row }) {
  const at = (place: ShownColumn<Row>["narrow"]) =>
    columns.filter(({ narrow }) => narrow === place);
  const title = at("title").map((column) => <span key={column.name}>{shown(column, row)}</span>);
  return (
    <Box role="cell" style={{ minWidth: 0, flex: 1 }}>
      <Group justify="space-between" wrap="nowrap" gap="sm">
        <Text fw={600} truncate>
          {hrefOf === undefined ? (
            title
          ) : (
            <Link href={hrefOf(row)} className="grid-link">
              {title}
            </Link>
          )}
        </Text>
        {at("side").map((column) => (
          <span key={column.name} className="number">
            {shown(column, row)}
          </span>
        ))}
      </Group>
      <Group gap="md" wrap="nowrap" mt={2}>
        {at("below").map((column) => (
          <Text key={column.name} size="sm" c="dimmed" truncate component="span">
            {shown(column, row)}
          </Text>
        ))}
      </Group>
    </Box>
  );
}

export function NothingFound({ children }: { readonly children?: ReactNode }) {
  return (
    <Nothing title="Nothing fits the filter">
      {children ?? "Clear the search or choose another filter."}
    </Nothing>
  );
}
