/** How a token is got, in each language: the one request with a form and a client's credentials. */

/** Environment variables of these samples, by the member of `credentials.json` that each holds. */
export const TOKEN_VARIABLES = {
  token_url: "PAYMASTER_TOKEN_URL",
  account_id: "PAYMASTER_ACCOUNT_ID",
  client_id: "PAYMASTER_CLIENT_ID",
  client_secret: "PAYMASTER_CLIENT_SECRET",
} as const;

export const tokenSamples = {
  curl: `curl -sS --fail-with-body "$PAYMASTER_TOKEN_URL" \\
  -u "$PAYMASTER_CLIENT_ID:$PAYMASTER_CLIENT_SECRET" \\
  -d grant_type=account_credentials \\
  -d "account_id=$PAYMASTER_ACCOUNT_ID"`,
  pythonRequests: `import os

import requests

response = requests.post(
    os.environ["PAYMASTER_TOKEN_URL"],
    auth=(os.environ["PAYMASTER_CLIENT_ID"], os.environ["PAYMASTER_CLIENT_SECRET"]),
    data={"grant_type": "account_credentials", "account_id": os.environ["PAYMASTER_ACCOUNT_ID"]},
)
response.raise_for_status()
print(response.json()["access_token"])`,
  pythonChilkat: `import os
import sys

import chilkat

http = chilkat.CkHttp()
http.put_BasicAuth(True)
http.put_Login(os.environ["PAYMASTER_CLIENT_ID"])
http.put_Password(os.environ["PAYMASTER_CLIENT_SECRET"])
url = os.environ["PAYMASTER_TOKEN_URL"]
form = f"grant_type=account_credentials&account_id={os.environ['PAYMASTER_ACCOUNT_ID']}"
response = chilkat.CkHttpResponse()
if not http.HttpStr("POST", url, form, "utf-8", "application/x-www-form-urlencoded", response):
    sys.exit(http.lastErrorText())
print(response.get_StatusCode(), response.bodyStr())`,
  typescript: `import { createClient, serverToServer } from "@paymaster/client";

// The client gets its token by itself, and a new one before the old one ends.
const client = createClient({
  baseUrl: process.env.PAYMASTER_BASE_URL ?? "",
  authentication: serverToServer({
    tokenUrl: process.env.PAYMASTER_TOKEN_URL ?? "",
    accountId: process.env.PAYMASTER_ACCOUNT_ID ?? "",
    clientId: process.env.PAYMASTER_CLIENT_ID ?? "",
    clientSecret: process.env.PAYMASTER_CLIENT_SECRET ?? "",
  }),
});
console.log(await client.getPlanUsage({ accountId: "me" }));`,
  go: `package main

import (
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"strings"
)

func main() {
	form := url.Values{"grant_type": {"account_credentials"}, "account_id": {os.Getenv("PAYMASTER_ACCOUNT_ID")}}
	body := strings.NewReader(form.Encode())
	request, err := http.NewRequest("POST", os.Getenv("PAYMASTER_TOKEN_URL"), body)
	if err != nil {
		panic(err)
	}
	request.SetBasicAuth(os.Getenv("PAYMASTER_CLIENT_ID"), os.Getenv("PAYMASTER_CLIENT_SECRET"))
	request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		panic(err)
	}
	defer response.Body.Close()
	answer, err := io.ReadAll(response.Body)
	if err != nil {
		panic(err)
	}
	fmt.Println(response.Status, string(answer))
}`,
  java: `import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.Base64;

public class Sample {
    public static void main(String[] args) throws Exception {
        var client = System.getenv("PAYMASTER_CLIENT_ID") + ":" + System.getenv("PAYMASTER_CLIENT_SECRET");
        var form = "grant_type=account_credentials&account_id=" + System.getenv("PAYMASTER_ACCOUNT_ID");
        var request = HttpRequest.newBuilder(URI.create(System.getenv("PAYMASTER_TOKEN_URL")))
            .header("Authorization", "Basic " + Base64.getEncoder().encodeToString(client.getBytes()))
            .header("Content-Type", "application/x-www-form-urlencoded")
            .POST(HttpRequest.BodyPublishers.ofString(form))
            .build();
        var answer = HttpClient.newHttpClient().send(request, HttpResponse.BodyHandlers.ofString());
        System.out.println(answer.statusCode() + " " + answer.body());
    }
}`,
  php: `<?php
$curl = curl_init(getenv('PAYMASTER_TOKEN_URL'));
curl_setopt_array($curl, [
    CURLOPT_USERPWD => getenv('PAYMASTER_CLIENT_ID') . ':' . getenv('PAYMASTER_CLIENT_SECRET'),
    CURLOPT_POSTFIELDS => http_build_query([
        'grant_type' => 'account_credentials',
        'account_id' => getenv('PAYMASTER_ACCOUNT_ID'),
    ]),
    CURLOPT_RETURNTRANSFER => true,
]);
$answer = curl_exec($curl);
if ($answer === false) {
    throw new RuntimeException(curl_error($curl));
}
echo json_decode($answer)->access_token, PHP_EOL;`,
  ruby: `require "json"
require "net/http"

uri = URI(ENV.fetch("PAYMASTER_TOKEN_URL"))
request = Net::HTTP::Post.new(uri)
request.basic_auth(ENV.fetch("PAYMASTER_CLIENT_ID"), ENV.fetch("PAYMASTER_CLIENT_SECRET"))
request.set_form_data("grant_type" => "account_credentials", "account_id" => ENV.fetch("PAYMASTER_ACCOUNT_ID"))
response = Net::HTTP.start(uri.host, uri.port, use_ssl: uri.scheme == "https") do |http|
  http.request(request)
end
puts JSON.parse(response.body)["access_token"]`,
  csharp: `using System.Net.Http.Headers;
using System.Text;

static string Env(string name) => Environment.GetEnvironmentVariable(name) ?? "";

using var http = new HttpClient();
using var request = new HttpRequestMessage(HttpMethod.Post, Env("PAYMASTER_TOKEN_URL"));
var client = Encoding.UTF8.GetBytes($"{Env("PAYMASTER_CLIENT_ID")}:{Env("PAYMASTER_CLIENT_SECRET")}");
request.Headers.Authorization = new AuthenticationHeaderValue("Basic", Convert.ToBase64String(client));
request.Content = new FormUrlEncodedContent(new Dictionary<string, string>
{
    ["grant_type"] = "account_credentials",
    ["account_id"] = Env("PAYMASTER_ACCOUNT_ID"),
});
using var response = await http.SendAsync(request);
Console.WriteLine(await response.Content.ReadAsStringAsync());`,
} as const;
