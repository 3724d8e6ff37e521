// main(): builds the object graph, nothing else.
int main() { return 0; }
