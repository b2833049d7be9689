/*
 * A TLS 1.2 client that changes its certificate in mid-connection: one request as the first client, a renegotiation
 * with the second client's certificate, one more request on the same connection.
 *
 *   renegotiate PORT CERT1 KEY1 CERT2 KEY2
 *
 * prints the status of each answer, or "none" where the server ended the connection.
 */
#include <arpa/inet.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static int use_client(SSL *ssl, const char *certificate, const char *key) {
  return SSL_use_certificate_file(ssl, certificate, SSL_FILETYPE_PEM) == 1 &&
         SSL_use_PrivateKey_file(ssl, key, SSL_FILETYPE_PEM) == 1;
}

/* Sends a request and reads until its whole answer is there; returns the status, or 0. */
static int request(SSL *ssl) {
  static const char text[] = "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n";
  char answer[65536];
  size_t length = 0;
  char *body;
  if (SSL_write(ssl, text, sizeof text - 1) <= 0) return 0;
  while (length < sizeof answer - 1) {
    int read = SSL_read(ssl, answer + length, (int)(sizeof answer - 1 - length));
    if (read <= 0) return 0;
    length += (size_t)read;
    answer[length] = '\0';
    body = strstr(answer, "\r\n\r\n");
    if (body != NULL) {
      const char *size = strcasestr(answer, "content-length:");
      if (size != NULL && strlen(body + 4) >= strtoul(size + 15, NULL, 10)) break;
    }
  }
  return atoi(answer + strlen("HTTP/1.1 "));
}

static void print_status(int status) {
  if (status > 0) printf("%d\n", status);
  else printf("none\n");
}

int main(int argc, char **argv) {
  struct sockaddr_in address = {.sin_family = AF_INET};
  SSL_CTX *context = SSL_CTX_new(TLS_client_method());
  SSL *ssl;
  int connection = socket(AF_INET, SOCK_STREAM, 0);
  if (argc != 6 || context == NULL || connection < 0) return 2;
  SSL_CTX_set_max_proto_version(context, TLS1_2_VERSION);
  address.sin_port = htons((unsigned short)atoi(argv[1]));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (connect(connection, (struct sockaddr *)&address, sizeof address) != 0) return 2;
  ssl = SSL_new(context);
  SSL_set_fd(ssl, connection);
  if (!use_client(ssl, argv[2], argv[3]) || SSL_connect(ssl) != 1) return 2;
  print_status(request(ssl));
  if (!use_client(ssl, argv[4], argv[5])) return 2;
  if (SSL_renegotiate(ssl) != 1 || SSL_do_handshake(ssl) != 1) {
    print_status(0);
    return 0;
  }
  print_status(request(ssl));
  return 0;
}
