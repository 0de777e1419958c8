/* Forks beside busy threads; each child has the time that it is given to use a card, and to end: case 39. */

#define _GNU_SOURCE
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>
#include "program.h"

static atomic_int ended;
static atomic_long rounds;

/* What takes every lock that calls take in common: contexts, connections, memory, numbers. */
static void use_once(void)
{
	SCARDCONTEXT context;
	SCARDHANDLE card;
	DWORD protocol, length = SCARD_AUTOALLOCATE;
	char *names;
	unsigned char answer[300];
	EXPECT(SCardEstablishContext(SCARD_SCOPE_SYSTEM, NULL, NULL, &context));
	EXPECT(SCardListReaders(context, NULL, (char *)&names, &length));
	EXPECT(SCardConnect(context, names, SCARD_SHARE_SHARED, SCARD_PROTOCOL_ANY, &card, &protocol));
	EXPECT(SCardFreeMemory(context, names));
	length = sizeof answer;
	EXPECT(SCardTransmit(card, protocol == SCARD_PROTOCOL_T1 ? SCARD_PCI_T1 : SCARD_PCI_T0,
		(LPCBYTE)"\0\204\0\0\10", 5, NULL, answer, &length));
	EXPECT(SCardDisconnect(card, SCARD_LEAVE_CARD));
	EXPECT(SCardReleaseContext(context));
}

static void *be_busy(void *unused)
{
	(void)unused;
	while (!atomic_load(&ended)) {
		use_once();
		atomic_fetch_add(&rounds, 1);
	}
	return NULL;
}

int main(int argc, char **argv)
{
	int forks = atoi(argv[1]), busy = atoi(argv[2]), hung = 0, failed = 0;
	pthread_t threads[16];
	CHECK(argc == 3 && busy <= 16);
	for (int i = 0; i < busy; i++)
		CHECK(pthread_create(&threads[i], NULL, be_busy, NULL) == 0);
	for (int i = 0; i < forks; i++) {
		pid_t child = fork();
		CHECK(child >= 0);
		if (child == 0) {
			use_once();
			_exit(0);
		}
		struct pollfd end = {.fd = syscall(SYS_pidfd_open, child, 0), .events = POLLIN};
		CHECK(end.fd >= 0);
		if (poll(&end, 1, 10000) != 1) {
			hung++;
			kill(child, SIGKILL);
		}
		close(end.fd);
		int status;
		CHECK(waitpid(child, &status, 0) == child);
		failed += status != 0;
	}
	atomic_store(&ended, 1);
	for (int i = 0; i < busy; i++)
		CHECK(pthread_join(threads[i], NULL) == 0);
	printf("forks %d hung %d failed %d\n", forks, hung, failed);
	fprintf(stderr, "%ld rounds beside\n", atomic_load(&rounds));
	return failed != 0;
}
