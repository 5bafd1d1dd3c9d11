// Runs a program. Calls of macros, blocks and recursive loops are frames in a vector, not on the C++ stack.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "base/json.hpp"
#include "template/program.hpp"

namespace gerbil::jinja {

class Machine {
 public:
  Machine(const Program& program, const Limits& limits);

  // What the template prints for `variables`, a JSON object. Throws Failure; line() says where.
  std::string run(const Json& variables);
  int line() const { return line_; }

 private:
  struct Frame {
    std::int32_t return_to = 0;
    Scope* scope = nullptr;
    std::size_t loops = 0;
    std::size_t stack = 0;
    int loop_depth = 0;  // of the recursive loop that the frame runs
    bool markup = false;
    bool autoescape = false;
  };
  struct LoopFrame {
    Loop* loop = nullptr;
    bool completed = false;
  };

  void run_to_halt();
  void execute(const Instruction& instruction);
  void collect();
  Value pop();
  void push(Value value) { stack_.push_back(value); }
  void jump(const Instruction& instruction) { at_ += instruction.a - 1; }

  Scope* open_scope(Scope* parent);
  void close_scope();
  void assign(Scope& scope, std::int32_t symbol, Value value);
  Value load(std::int32_t symbol);
  Scope* capture(Scope* scope);

  void print(Value value);
  void append(std::string_view text);
  std::string take_buffer();

  void unpack(std::int32_t count);
  void make_dict(std::int32_t count);
  void join_dicts();
  void set_attribute(Value name);
  void get_attribute(Value name);

  Arguments arguments(const Instruction& instruction, std::size_t& begin);
  void call(const Instruction& instruction);
  void call_macro(const Macro& macro, const Arguments& arguments, std::size_t stack);
  void call_loop(Loop& loop, const Arguments& arguments, std::size_t stack);
  void enter(std::int32_t entry, Scope* scope, std::size_t stack);
  void leave();

  void enter_loop(const Instruction& instruction);
  void filter_loop(const Instruction& instruction);
  bool passes(const Generator& filter, Value item);
  void next(const Instruction& instruction);

  const Program& program_;
  Heap heap_;
  Context context_{heap_, this};
  std::vector<Value> stack_;
  std::vector<std::string> buffers_;
  std::vector<Frame> frames_;
  std::vector<LoopFrame> loops_;
  std::vector<bool> autoescapes_;
  std::vector<Scope*> free_scopes_;
  Scope* scope_ = nullptr;
  Scope* root_ = nullptr;
  std::int32_t at_ = 0;  // the instruction after the one that runs
  int line_ = 0;
  int inside_ = 0;     // instructions that run instructions, and may hold values that nothing else does
  Values positional_;  // of the call that runs, when its arguments do not lie on the stack in one piece
  std::vector<std::pair<Value, Value>> keywords_;
};

}  // namespace gerbil::jinja
