/* Forks beside busy threads, or with 0 of them at the first call of another thread; each child has a time in which to use a
 * card and to end: case 39. */

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

static int hung, failed;

/* Runs this in a child, to its end, if that comes in time. */
static void in_a_child(void (*run)(int), int number)
{
	pid_t child = fork();
	CHECK(child >= 0);
	if (child == 0) {
		run(number);
		_exit(0);
	}
	struct pollfd end = {.fd = syscall(SYS_pidfd_open, child, 0), .events = POLLIN};
	CHECK(end.fd >= 0);
	if (poll(&end, 1, 20000) != 1) {
		hung++;
		kill(child, SIGKILL);
	}
	close(end.fd);
	int status;
	CHECK(waitpid(child, &status, 0) == child);
	failed += status != 0;
}

static void use(int number)
{
	(void)number;
	use_once();
}

static void *use_in_a_thread(void *unused)
{
	(void)unused;
	use_once();
	return NULL;
}

/* A process that forks while another of its threads makes the first call, a little later each time. */
static void fork_at_the_first_call(int number)
{
	pthread_t thread;
	CHECK(pthread_create(&thread, NULL, use_in_a_thread, NULL) == 0);
	for (volatile int i = 0; i < number * 500; i++)
		;
	in_a_child(use, 0);
	CHECK(pthread_join(thread, NULL) == 0);
	_exit(hung + failed);
}

int main(int argc, char **argv)
{
	int forks = atoi(argv[1]), busy = atoi(argv[2]);
	pthread_t threads[16];
	CHECK(argc == 3 && busy <= 16);
	for (int i = 0; busy == 0 && i < forks; i++)
		in_a_child(fork_at_the_first_call, i);
	for (int i = 0; i < busy; i++)
		CHECK(pthread_create(&threads[i], NULL, be_busy, NULL) == 0);
	for (int i = 0; busy > 0 && i < forks; i++)
		in_a_child(use, i);
	atomic_store(&ended, 1);
	for (int i = 0; i < busy; i++)
		CHECK(pthread_join(threads[i], NULL) == 0);
	printf("forks %d hung %d failed %d\n", forks, hung, failed);
	fprintf(stderr, "%ld rounds beside\n", atomic_load(&rounds));
	return failed != 0;
}
