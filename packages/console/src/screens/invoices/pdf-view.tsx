/** The invoice's PDF, fetched with the session and shown beside it. */
import { Button, Group, Stack } from "@mantine/core";
import { useMediaQuery } from "@mantine/hooks";
import { useQuery } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { useConsole } from "../../api/console.js";
import { save } from "../../ui/csv.js";
import { Answer } from "../../ui/notice.js";

export function PdfView({
  masterId,
  invoiceId,
  name,
  version,
}: {
  readonly masterId: string;
  readonly invoiceId: string;
  readonly name: string;
  /** Changes with the invoice: then the PDF is another one. */
  readonly version: string;
}) {
  const { wireFor } = useConsole();
  const pdf = useQuery({
    queryKey: ["pdf", invoiceId, version],
    queryFn: async ({ signal }) => {
      const wire = await wireFor(masterId);
      const file = await wire.downloadInvoicePDF({ invoiceId }, { signal });
      return new Blob([await file.bytes()], { type: "application/pdf" });
    },
    staleTime: Number.POSITIVE_INFINITY,
  });
  return (
    <Answer query={pdf} what="the PDF">
      {(blob) => <Shown blob={blob} name={name} />}
    </Answer>
  );
}

function Shown({ blob, name }: { readonly blob: Blob; readonly name: string }) {
  const [url, setUrl] = useState<string | null>(null);
  const isWide = useMediaQuery("(min-width: 62em)", window.innerWidth >= 992);
  useEffect(() => {
    const made = URL.createObjectURL(blob);
    setUrl(made);
    return () => URL.revokeObjectURL(made);
  }, [blob]);
  if (url === null) return null;
  return (
    <Stack gap="xs">
      <Group>
        <Button size="xs" variant="default" onClick={() => save(`${name}.pdf`, blob)}>
          Save the PDF
        </Button>
        <Button size="xs" variant="default" component="a" href={url} target="_blank">
          Open it in a tab
        </Button>
      </Group>
      {isWide && (
        <iframe src={`${url}#toolbar=0&view=FitH`} title={`PDF of ${name}`} className="pdf" />
      )}
    </Stack>
  );
}
